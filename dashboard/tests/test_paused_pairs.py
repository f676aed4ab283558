"""A paused pair is never worse: no word, no date and no line of Today comes from its pause."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement
from agreements.reconcilers import enqueue_reminders
from dashboard.attention import attention_items
from dashboard.health import Health, health_of, in_health, reasons, with_requests
from dashboard.progress import month_of_term
from dashboard.status import statuses_of
from matches import endings, pauses
from matches.models import Match, Pause
from matches.pair_clock import later, rested_since
from matches.pause_days import Wish
from matches.pause_reminders import follow_pauses
from meetings.overdue import remind_overdue
from notifications.models import Notification
from testkit import agreements, factories
from testkit import meetings as make_meeting
from testkit.checkins import ask_for_help

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
pytestmark = pytest.mark.time_machine(NOW)


def day(number):
    return NOW + timedelta(days=number)


@pytest.fixture
def pair(ada, ben, cohort, cleo):
    """An active pair that agreed to meet every 30 days and met today."""
    match = factories.match(ben, ada, cohort, introduced_at=day(-60), carer=cleo)
    agreements.signed(match)
    Match.objects.filter(pk=match.pk).update(active_at=day(-50))
    make_meeting.held(match, day(0) - timedelta(hours=5))
    return Match.objects.with_people().get(pk=match.pk)


def pause(pair, first, days):
    last_day = (day(first) + timedelta(days=days - 1)).date()
    match = Match.objects.with_people().get(pk=pair.pk)
    return pauses.pause(match, Wish(last_day), by=pair.mentee.person, at=day(first))


def health(pair, reader, at):
    row = with_requests(Match.objects.filter(pk=pair.pk), reader=reader, at=at).get()
    word = health_of(row, at=at)
    assert in_health(Match.objects.all(), word, reader=reader, at=at).get() == pair
    return word


def why(pair, reader, at):
    row = with_requests(Match.objects.filter(pk=pair.pk), reader=reader, at=at).get()
    return " ".join(reasons(row, at=at))


def test_a_silence_is_as_much_later_as_the_pause_is_long(pair, cleo):
    pause(pair, 10, 40)
    follow_pauses(day(50))
    for at, word in (
        (20, Health.ON_TRACK),
        (49, Health.ON_TRACK),
        (83, Health.ON_TRACK),
        (86, Health.DRIFTING),
        (101, Health.STUCK),
    ):
        assert health(pair, cleo, day(at)) == word, at


def test_a_pair_that_drifted_is_on_track_in_the_pause_and_drifts_after_it(pair, cleo):
    assert health(pair, cleo, day(49)) == Health.DRIFTING
    pause(pair, 50, 20)
    assert health(pair, cleo, day(60)) == Health.ON_TRACK
    assert "On a pause until" in why(pair, cleo, day(60))
    assert "No meeting" not in why(pair, cleo, day(60))
    follow_pauses(day(70))
    assert health(pair, cleo, day(71)) == Health.DRIFTING


def test_a_call_for_help_is_seen_in_a_pause(pair, cleo, ben):
    pause(pair, 10, 40)
    ask_for_help(pair, at=day(12))
    assert health(pair, cleo, day(13)) == Health.ASKED_FOR_HELP


def test_today_leaves_a_paused_pair_out(pair, cleo):
    def lines(at):
        return [item.url for item in attention_items(cleo, at=at) if "health=" in item.url]

    assert lines(day(55)) != []
    pause(pair, 54, 30)
    assert lines(day(55)) == []


def test_a_late_agreement_is_late_only_after_as_many_days_more(pair, cleo, cohort):
    new = factories.match(
        factories.person("Eva Lind"), factories.person("Finn Moe"), cohort, introduced_at=day(0)
    )

    def is_late(at):
        return any("agreement=late" in item.url for item in attention_items(cleo, at=day(at)))

    pause(new, 10, 20)
    follow_pauses(day(30))
    assert [is_late(at) for at in (15, 25, 35, 42)] == [False, False, False, True]


def test_the_mentee_is_asked_for_a_draft_as_many_days_later(cohort, ada, ben):
    new = factories.match(ben, ada, cohort, introduced_at=day(0))
    Agreement.objects.get_or_create(match=new)
    pause(new, 10, 20)
    asked = Notification.system.filter(kind="agreement-to-draft")
    for number in range(10, 34):
        if number == 30:
            follow_pauses(day(30))
        enqueue_reminders(day(number))
        assert not asked.exists(), number
    for number in (34, 35):
        enqueue_reminders(day(number))
    assert asked.count() == 1


def test_who_has_not_signed_is_not_asked_again_in_a_pause(cohort, ada, ben):
    new = factories.match(ben, ada, cohort, introduced_at=day(-5))
    version = agreements.shared(new)
    since = version.shared_at
    asked = Notification.system.filter(kind="agreement-to-sign")
    enqueue_reminders(since + timedelta(hours=1))
    first = asked.count()
    pauses.pause(new, Wish((since + timedelta(days=20)).date()), by=ben, at=since)
    for number in range(1, 20):
        enqueue_reminders(since + timedelta(days=number))
    assert asked.count() == first
    follow_pauses(since + timedelta(days=22))
    enqueue_reminders(since + timedelta(days=25))
    assert asked.count() > first


def test_no_meeting_is_asked_for_in_a_pause(pair):
    pause(pair, 44, 30)
    emails = Notification.system.filter(kind="meeting-overdue")
    for number in range(44, 74):
        remind_overdue(day(number))
    assert not emails.exists()
    follow_pauses(day(74))
    remind_overdue(day(76))
    assert emails.count() == 1


def test_the_month_of_the_term_stands_still(pair, ben):
    def month(at):
        [status] = statuses_of(ben, at=day(at))
        return month_of_term(status)

    before = month(5)
    pause(pair, 5, 60)
    assert {month(at) for at in (5, 30, 64)} == {before}


def test_a_pair_that_has_ended_is_in_no_month_of_its_term(pair, ben):
    endings.end(pair, by=ben, kind=Match.Closed.COMPLETED_EARLY, at=day(5))
    [status] = statuses_of(ben, at=day(30))
    assert month_of_term(status) == ""


def test_the_queries_of_the_list_do_not_grow_with_pauses(pair, cleo):
    def queries():
        with CaptureQueriesContext(connection) as found:
            rows = with_requests(Match.objects.filter(pk=pair.pk), reader=cleo, at=day(11))
            policies = rows.select_related("mentee__cohort__program__policy")
            assert all(reasons(row, at=day(11)) for row in policies)
        return len(found)

    pause(pair, 10, 20)
    queries()
    before = queries()
    match = Match.objects.with_people().get(pk=pair.pk)
    pauses.come_back(match, by=pair.mentee.person, at=day(11))
    pause(pair, 11, 20)
    assert Pause.objects.count() == 2
    assert queries() == before


@pytest.mark.parametrize(
    ("since", "wait", "expected"),
    [(0, 5, 5), (0, 9, 9), (0, 10, 20), (0, 15, 25), (12, 1, 21), (12, 0, 20), (20, 3, 23),
     (0, 20, 40), (25, 5, 40), (35, 2, 42)],
)  # fmt: skip
def test_the_clock_of_a_pair_stands_still_in_its_pauses(since, wait, expected):
    rests = [
        Pause(started_at=day(10), back_at=day(20)),
        Pause(started_at=day(30), back_at=day(40)),
    ]
    assert later(day(since), timedelta(days=wait), rests) == day(expected)


def test_the_time_rested_counts_from_a_day_on():
    rests = [Pause(started_at=day(10), back_at=day(20)), Pause(started_at=day(30), back_at=day(40))]
    found = [rested_since(day(since), rests).days for since in (0, 15, 25, 45)]
    assert found == [20, 15, 10, 0]
