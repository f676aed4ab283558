"""Reading details only of what was found."""

from __future__ import annotations

import pytest

from access.bounded import found_in
from accounts.models import User

pytestmark = pytest.mark.django_db


def test_details_are_read_for_what_was_found_alone(ada, ben, django_assert_num_queries):
    rows = User.objects.filter(pk__in=[ada.pk, ben.pk])
    with django_assert_num_queries(2):
        found = found_in(rows, lambda users: users.select_related("profile").order_by("-pk"))
        assert list(found) == sorted([ada, ben], key=lambda user: -user.pk)


def test_where_nothing_is_found_no_details_are_asked_for(ada, django_assert_num_queries):
    asked = []
    with django_assert_num_queries(1):
        found = found_in(User.objects.filter(name="no one"), asked.append)
    assert (list(found), asked) == ([], [])
