"""Check-ins of a paused pair: what is planned comes later, and nothing is asked again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from checkins import concerns
from checkins.emails import checkin_pulse
from checkins.models import CheckIn, Concern
from matches import endings, pauses
from matches.models import Match
from matches.pause_days import Wish
from matches.pause_reminders import follow_pauses
from notifications.kinds import Cancel
from notifications.models import Notification
from testkit import factories
from testkit.checkins import ask_for_help, plan

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def pair(ada, ben, cohort, cleo):
    return factories.match(ben, ada, cohort, introduced_at=NOW, carer=cleo, state="active")


def day(number):
    return NOW + timedelta(days=number)


def pause(pair, first, days):
    last_day = (day(first) + timedelta(days=days - 1)).date()
    match = Match.objects.with_people().get(pk=pair.pk)
    return pauses.pause(match, Wish(last_day), by=pair.mentee.person, at=day(first))


def opens(pair, kind="pulse"):
    """In how many days after the introduction each check-in of the mentee opens, rounded down."""
    rows = CheckIn.objects.filter(match=pair, person=pair.mentee.person, kind=kind)
    found = rows.order_by("ordinal").values_list("opens_at", flat=True)
    return [(moment - NOW).days for moment in found]


def test_what_is_planned_comes_as_much_later_and_nothing_opens_in_between(pair):
    plan(day(10))
    assert opens(pair) == [30]
    pause(pair, 20, 30)
    assert opens(pair) == [59]
    assert opens(pair, "fit") == [74]
    for number in range(20, 58):
        plan(day(number))
        assert not CheckIn.objects.exclude(state="scheduled").exists()
    follow_pauses(day(50))
    plan(day(60))
    assert set(CheckIn.objects.filter(kind="pulse", ordinal=1).values_list("state")) == {("open",)}


def test_a_concern_about_silence_says_that_the_pair_is_paused(pair):
    concerns.raise_about_silence(pair, since=day(10), at=day(90))
    pause(pair, 100, 10)
    assert [(row.state, row.resolution) for row in Concern.system.all()] == [
        ("resolved", "The pair is paused.")
    ]


def test_coming_back_early_moves_them_forward_again(pair):
    plan(day(10))
    pause(pair, 20, 30)
    match = Match.objects.with_people().get(pk=pair.pk)
    pauses.come_back(match, by=pair.mentee.person, at=day(25))
    assert opens(pair) == [35]


def test_later_ones_are_moved_too(pair):
    plan(day(30))
    assert opens(pair) == [30, 90]
    pause(pair, 40, 30)
    assert opens(pair) == [30, 119]


def test_an_open_one_can_still_be_answered_and_is_not_asked_again(pair):
    plan(day(30))
    emails = Notification.system.filter(kind="checkin-pulse")
    assert emails.count() == 2
    pause(pair, 31, 30)
    for number in range(31, 61):
        plan(day(number))
    assert emails.count() == 2
    checkin = CheckIn.objects.get(person=pair.mentee.person, kind="pulse", ordinal=1)
    assert checkin.state == "open"
    assert checkin.closes_at > day(61)


def test_an_email_that_waits_is_not_sent_in_a_pause(pair, monkeypatch):
    plan(day(30))
    pause(pair, 30, 30)
    monkeypatch.setattr("django.utils.timezone.now", lambda: day(31))
    checkin = CheckIn.objects.filter(kind="pulse", ordinal=1).first()
    assert checkin_pulse(checkin, checkin.person) == Cancel("pair-paused")


def test_the_end_of_a_paused_pair_cancels_its_checkins(pair):
    plan(day(10))
    pause(pair, 20, 30)
    match = Match.objects.with_people().get(pk=pair.pk)
    endings.end(match, by=pair.mentee.person, kind="choice", at=day(25))
    assert not CheckIn.objects.exclude(state="cancelled").exists()


def test_asking_for_help_works_in_a_pause(pair):
    pause(pair, 20, 30)
    ask_for_help(pair, at=day(25))
    assert Concern.system.get().match == pair
    assert Notification.system.filter(kind__startswith="concern").exists()
