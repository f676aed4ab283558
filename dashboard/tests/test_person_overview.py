"""The committee's page of a person: both roles, pairs and what else the member may see."""

from __future__ import annotations

import html
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from applications.models import ScreeningCheck
from matches.models import Match
from programs.models import Conflict
from testkit import factories, meetings

QUERIES = 14


@pytest.fixture
def ruth(program):
    return factories.member("Ruth Hale", program=program, role="carer")


@pytest.fixture
def pair(ada, ben, cohort, ruth):
    match = factories.match(ben, ada, cohort, carer=ruth)
    meetings.held(match)
    ScreeningCheck.system.create(
        program=cohort.program, person=ada, kind="record", done_on=timezone.localdate(), by=ruth
    )
    return match


def page_of(client, person):
    response = client.get(reverse("admin:accounts_user_change", args=[person.pk]))
    return html.unescape(response.content.decode())


def test_a_person_has_both_roles_on_one_page(pair, ada, cohort, cleo, as_user):
    own = factories.application(ada, factories.cohort(program=cohort.program), "mentee")
    page = page_of(as_user(cleo), ada)
    for application in (own, pair.mentor):
        assert reverse("admin:applications_application_change", args=[application.pk]) in page
    assert reverse("admin:matches_match_change", args=[pair.pk]) in page
    assert "Tue evening" in page


def test_hours_are_for_the_carer_and_checks_for_carer_and_chair(pair, ada, ruth, cleo, as_user):
    hours, check = "Meetings in the pairs that you look after: 1 h", "Record check"
    carer, chair = page_of(as_user(ruth), ada), page_of(as_user(cleo), ada)
    assert (hours in carer, check in carer) == (True, True)
    assert (hours in chair, check in chair) == (False, True)


@pytest.mark.parametrize("role", ["reader", "matcher", "carer"])
def test_other_members_see_neither(pair, ada, program, as_user, role):
    page = page_of(as_user(factories.member(program=program, role=role)), ada)
    assert reverse("admin:matches_match_change", args=[pair.pk]) in page
    assert "Meetings in the pairs" not in page
    assert "Record check" not in page


def test_a_pair_with_someone_near_is_not_named(pair, ada, ben, cleo, as_user):
    Conflict.objects.create(member=cleo, person=ben)
    page = page_of(as_user(cleo), ada)
    assert ada.name in page
    assert ben.name not in page


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("introduced", "Introduced, since 1 March 2026"),
        ("active", "Active, since 9 March 2026"),
        ("closing", "Closing, last day 30 September 2026"),
    ],
)
def test_a_pair_has_the_day_of_its_state(pair, ada, cleo, as_user, state, words):
    Match.objects.filter(pk=pair.pk).update(
        state=state,
        introduced_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
        active_at=None if state == "introduced" else datetime(2026, 3, 9, 12, tzinfo=UTC),
        ends_on=None if state == "introduced" else date(2026, 9, 30),
    )
    assert words in page_of(as_user(cleo), ada)


def test_a_check_that_is_over_is_not_said_to_be_valid(pair, ada, cleo, as_user):
    today = timezone.localdate()
    checks = ScreeningCheck.system.filter(person=ada)
    for expires_on, words in (
        (today, "valid until"),
        (today - timedelta(days=1), "was valid until"),
    ):
        checks.update(done_on=today - timedelta(days=9), expires_on=expires_on)
        assert f", {words} " in page_of(as_user(cleo), ada)


def test_a_break_is_said(pair, ada, cleo, as_user):
    until = timezone.localdate() + timedelta(days=30)
    type(pair.mentor).objects.filter(pk=pair.mentor_id).update(break_until=until)
    assert "on a break until" in page_of(as_user(cleo), ada)


@pytest.mark.parametrize("pairs", [1, 3])
def test_the_number_of_queries_is_the_same_for_more_pairs(
    pair, ada, cohort, ruth, as_user, pairs, django_assert_num_queries
):
    for _number in range(pairs - 1):
        other = factories.cohort(program=cohort.program)
        factories.match(factories.person(), ada, other, carer=ruth)
    client = as_user(ruth)
    page_of(client, ada)
    with django_assert_num_queries(QUERIES):
        page_of(client, ada)
