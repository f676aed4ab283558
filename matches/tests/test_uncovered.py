"""Nobody is without a carer for more than two weeks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.invariants import pairs_that_nobody_looks_after
from matches import uncovered
from matches.models import Match
from notifications.models import Notification
from programs.models import Conflict, Membership
from testkit import factories

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def carer(program):
    return factories.member("Karin Osei", program=program, role="carer")


@pytest.fixture
def deputy(program, carer):
    kim = factories.member("Kim Lund", program=program, role="carer")
    Membership.objects.filter(user=carer).update(deputy=kim)
    return kim


@pytest.fixture
def pair(ada, ben, cohort, carer, cleo):
    return factories.match(ben, ada, cohort, carer=carer, introduced_at=NOW - 30 * DAY)


def sweep(at):
    uncovered.keep_covered(at)
    return Match.objects.get()


def told(kind):
    rows = Notification.system.filter(kind=kind, state="pending")
    return sorted(row.recipient.first_name for row in rows)


def role_ends(carer):
    Membership.objects.filter(user=carer).update(until=NOW.date())


def leaves(carer):
    type(carer).objects.filter(pk=carer.pk).update(is_active=False)


def conflict(carer):
    Conflict.objects.create(member=carer, person=Match.objects.get().mentee.person)


def no_carer(carer):
    Match.objects.update(carer=None)


@pytest.mark.parametrize("happens", [role_ends, leaves, conflict])
def test_the_deputy_takes_a_pair_whose_carer_no_longer_can(pair, carer, deputy, happens):
    assert sweep(NOW).uncovered_since is None
    happens(carer)
    assert sweep(NOW).uncovered_since == NOW
    assert sweep(NOW + 13 * DAY - timedelta(minutes=1)).carer == carer
    row = sweep(NOW + 13 * DAY)
    assert (row.carer, row.uncovered_since) == (deputy, None)
    assert told("pairs-in-care") == ["Kim"]
    sweep(NOW + 14 * DAY)
    assert told("pairs-in-care") == ["Kim"]


def test_without_a_deputy_a_chair_takes_it(pair, carer, cleo):
    no_carer(carer)
    sweep(NOW)
    assert sweep(NOW + 13 * DAY).carer == cleo


def test_no_one_with_a_conflict_of_interest_takes_it(pair, carer, deputy, cleo, ada):
    Conflict.objects.create(member=deputy, person=ada)
    role_ends(carer)
    sweep(NOW)
    assert sweep(NOW + 13 * DAY).carer == cleo


def test_where_the_chairs_have_a_conflict_another_carer_takes_it(pair, carer, cleo, ada, program):
    Conflict.objects.create(member=cleo, person=ada)
    role_ends(carer)
    rosa = factories.member("Rosa Diaz", program=program, role="carer")
    sweep(NOW)
    assert sweep(NOW + 13 * DAY).carer == rosa
    assert (told("pairs-in-care"), told("pairs-without-carer")) == (["Rosa"], [])


def test_if_nobody_can_the_chairs_are_asked_for_a_member_once_a_week(pair, carer, cleo, ada):
    Conflict.objects.create(member=cleo, person=ada)
    role_ends(carer)
    sweep(NOW)
    for hours in (0, 1):
        assert sweep(NOW + 13 * DAY + timedelta(hours=hours)).carer == carer
    assert told("pairs-without-carer") == ["Cleo"]
    assert not list(pairs_that_nobody_looks_after(NOW + 14 * DAY))
    assert list(pairs_that_nobody_looks_after(NOW + 15 * DAY)) == [pair]
    new = factories.member("New Chair", program=pair.program, role="chair")
    assert sweep(NOW + 15 * DAY).carer == new
    assert not list(pairs_that_nobody_looks_after(NOW + 15 * DAY))


def test_a_role_that_goes_on_after_all_ends_it(pair, carer):
    role_ends(carer)
    sweep(NOW)
    Membership.objects.filter(user=carer).update(until=None)
    assert sweep(NOW + DAY).uncovered_since is None


def test_whoever_assigns_carers_sees_it_at_once(pair, carer, cleo, as_user):
    role_ends(carer)
    assert not Match.objects.without_carer().exists()
    sweep(NOW)
    assert Match.objects.without_carer().get() == pair
    page = as_user(cleo).get("/admin/dashboard/pair/", {"carer": "none"})
    assert page.context["cl"].result_count == 1


@pytest.mark.parametrize("number", [1, 3])
def test_a_sweep_costs_the_same_for_one_and_three(
    pair, carer, cohort, django_assert_num_queries, number
):
    for _pair in range(number):
        factories.match(factories.person(), factories.person(), cohort, carer=carer)
    uncovered.keep_covered(NOW)
    with django_assert_num_queries(5):
        uncovered.keep_covered(NOW)
