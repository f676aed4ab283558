"""The list of devices is kept up to date, and not with every page."""

from __future__ import annotations

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mentoring.session_activity import EVERY_SECONDS, NOTED
from testkit import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(as_user):
    client = as_user(factories.person("Ada Brook"))

    def go(**headers):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(reverse("accounts:settings"), **headers)
        return client, [one["sql"] for one in asked if "usersessions_usersession" in one["sql"]]

    return go


def test_a_first_page_notes_the_device(visit):
    visit(HTTP_USER_AGENT="Netscape")
    assert UserSession.objects.get().user_agent == "Netscape"


def test_the_next_page_writes_nothing(visit):
    visit()
    assert visit()[1] == []


def test_a_minute_later_it_is_written_again(visit):
    client, _first = visit()
    session = client.session
    session[NOTED] = [session[NOTED][0] - EVERY_SECONDS, session[NOTED][1]]
    session.save()
    assert any(sql.startswith("UPDATE") for sql in visit()[1])


def test_another_browser_is_noted_at_once(visit):
    visit(HTTP_USER_AGENT="Netscape")
    visit(HTTP_USER_AGENT="Mosaic")
    assert UserSession.objects.get().user_agent == "Mosaic"
