"""A list of the admin answers the filters that it shows and no other question about its columns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import SuspiciousOperation
from django.db import models
from django.test import RequestFactory

from applications.models import Application
from programs.committee_admin import CommitteeAdmin

LOOKUPS = ("", "__exact", "__regex", "__startswith", "__gt", "__isnull", "__in")
ADMINS = sorted(admin.site._registry.values(), key=lambda one: one.opts.label)
names = pytest.mark.parametrize("model_admin", ADMINS, ids=lambda one: one.opts.label)


def columns(model: type[models.Model]) -> Iterator[str]:
    """Every concrete column, and those one relation away."""
    for field in model._meta.concrete_fields:
        yield field.name
        if field.related_model:
            yield from (
                f"{field.name}__{far.name}" for far in field.related_model._meta.concrete_fields
            )


def request_of(user: Any, query: dict[str, str] | None = None) -> Any:
    request = RequestFactory().get("/", query)
    request.user = user
    return request


def ask(model_admin: Any, user: Any, query: dict[str, str] | None = None) -> Any:
    return model_admin.get_changelist_instance(request_of(user, query))


def offered(changelist: Any) -> set[str]:
    return {name for spec in changelist.filter_specs for name in spec.expected_parameters()}


@names
def test_every_list_is_a_committee_list(model_admin):
    owner = next(one for one in type(model_admin).__mro__ if "lookup_allowed" in vars(one))
    assert owner is CommitteeAdmin


@names
def test_a_lookup_on_a_column_is_refused(world, model_admin):
    chair = world.people["chair"]
    plain = ask(model_admin, chair)
    asked = [f"{column}{lookup}" for column in columns(model_admin.model) for lookup in LOOKUPS]
    request = request_of(chair)
    answered = {name for name in asked if model_admin.lookup_allowed(name, "1", request)}
    filters = [one for one in model_admin.list_filter if not isinstance(one, type)]
    paths = {one if isinstance(one, str) else one[0] for one in filters}
    values = {f"{path}__exact" for path in paths}  # what the filter asks, said in another way
    for name in answered - offered(plain) - values:
        with suppress(IncorrectLookupParameters):  # the list sends such a reader away
            found = ask(model_admin, chair, {name: "1"})
            assert rows_of(found) == rows_of(plain), name


def rows_of(changelist: Any) -> list[int]:
    return list(changelist.queryset.values_list("pk", flat=True))


@names
def test_a_list_is_ordered_by_its_columns_only(world, model_admin):
    chair = world.people["chair"]
    plain = ask(model_admin, chair)
    shown = {plain.get_ordering_field(name) for name in plain.list_display}
    usual = {str(term).lstrip("-") for term in model_admin.ordering or ()} | {"pk"}
    for query in ({"o": "1.-2.3.99"}, {"o": "email"}, {"order_by": "pk"}, {"o": "-1"}):
        try:
            found = ask(model_admin, chair, query)
        except SuspiciousOperation:
            continue
        terms = found.queryset.query.order_by
        assert {str(term).lstrip("-") for term in terms} <= shown | usual


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("accounts/user", {"email": "a@example.org"}),
        ("accounts/user", {"password__regex": "^pbkdf2"}),
        ("accounts/user", {"email": "a@example.org", "password__regex": "^a"}),
        ("accounts/user", {"is_superuser__exact": "1"}),
        ("applications/application", {"situation__icontains": "a"}),
        ("applications/application", {"person__email__startswith": "a"}),
        ("notifications/notification", {"due_at__gte": "2026-01-01"}),
        ("notifications/notification", {"recipient": "1"}),
        ("matching/round", {"approved_by__isnull": "True"}),
    ],
)
def test_the_page_answers_400(as_user, cleo, path, query):
    assert as_user(cleo).get(f"/admin/{path}/", query).status_code == 400


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("applications/application", {"role__exact": "mentee", "q": "a", "o": "1"}),
        ("applications/application", {"queue": "to-read", "_facets": "True"}),
        ("notifications/notification", {"state__exact": "sent", "kind": "round-unmatched"}),
        ("notifications/notification", {"due_at__year": "2026", "due_at__month": "11"}),
        ("accounts/industry", {"in-use": "no"}),
        ("checkins/concern", {"state__exact": "open", "urgency__exact": "urgent"}),
    ],
)
def test_the_filters_of_a_list_work(as_user, cleo, path, query):
    assert as_user(cleo).get(f"/admin/{path}/", query).status_code == 200


def test_a_filter_narrows_the_list(as_user, cleo, ben, ada, cohort):
    for person, role in ((ben, "mentee"), (ada, "mentor")):
        Application.objects.create(person=person, cohort=cohort, role=role, state="submitted")
    page = as_user(cleo).get("/admin/applications/application/", {"role__exact": "mentor"})
    assert [row.person for row in page.context["cl"].result_list] == [ada]
