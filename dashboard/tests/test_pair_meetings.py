"""What the whole committee sees of meetings: counts, the last one held, and the next."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from meetings.models import Meeting
from programs.models import Conflict
from testkit import factories

LIST = reverse("admin:dashboard_pairmeetings_changelist")
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
TODAY = NOW.date()
pytestmark = pytest.mark.time_machine(NOW)


@pytest.fixture
def pair(ada, ben, cohort):
    return factories.match(ben, ada, cohort)


def add(match, state, days):
    return Meeting.objects.create(
        match=match,
        state=state,
        on=TODAY + timedelta(days=days),
        wall_time=time(12),
        zone="UTC",
        proposed_by=match.mentee.person,
    )


def test_a_chair_sees_how_often_a_pair_has_met_and_when_next(as_user, cleo, pair):
    for state, days in (("held", -30), ("held", -9), ("missed", -20), ("set", 5), ("set", 30)):
        add(pair, state, days)
    (row,) = as_user(cleo).get(LIST).context["cl"].result_list
    assert row.held == 2
    assert timezone.localdate(row.last_held_at) == TODAY - timedelta(days=9)
    assert timezone.localdate(row.next_at) == TODAY + timedelta(days=5)


def test_the_list_of_single_meetings_leads_a_chair_to_the_counts(as_user, cleo, pair):
    add(pair, "held", -9)
    page = as_user(cleo).get(reverse("admin:meetings_meeting_changelist")).content.decode()
    assert "“Pairs, by their meetings” shows counts and dates for all pairs." in page
    assert LIST in as_user(cleo).get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize("state", ["proposed", "set"])
@pytest.mark.parametrize("name", ["dashboard_pairmeetings", "dashboard_pair"])
def test_a_date_that_no_one_has_accepted_is_a_suggestion(as_user, cleo, pair, state, name):
    meeting = add(pair, "set", 5)
    if state == "proposed":
        waits = {"awaiting": pair.mentor.person, "lapses_at": meeting.starts_at}
        Meeting.objects.filter(pk=meeting.pk).update(state=state, **waits)
    page = as_user(cleo).get(reverse(f"admin:{name}_changelist")).content.decode()
    assert ("(suggested)" in page) == (state == "proposed")


def test_a_conflict_hides_the_pair(as_user, cleo, pair, ben):
    Conflict.objects.create(member=cleo, person=ben)
    assert not as_user(cleo).get(LIST).context["cl"].result_list


@pytest.mark.parametrize("pairs", [1, 3])
def test_the_number_of_queries_is_the_same_for_more_pairs(
    pairs, as_user, cleo, cohort, django_assert_num_queries
):
    for _number in range(pairs):
        add(factories.match(factories.person(), factories.person(), cohort), "held", -9)
    client = as_user(cleo)
    client.get(LIST)
    with django_assert_num_queries(7):
        client.get(LIST)
