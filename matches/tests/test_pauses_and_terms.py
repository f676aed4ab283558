"""What a pause does to the end of a term; endings, clock changes and leap days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from matches import endings, pauses, reopening, terms
from matches.models import Match, Pause
from matches.pause_days import Wish, end_with
from matches.pause_reminders import follow_pauses

from .test_pauses import END, NOW, TODAY, State, active_pair, fresh, later, until, waiting


@pytest.fixture
def pair(ada, ben, cohort, cleo):
    return active_pair(ben, ada, cohort, carer=cleo)


# --- the end of the term


def test_the_end_comes_as_many_days_later_and_not_in_the_pause(pair, ben):
    Match.objects.filter(pk=pair.pk).update(ends_on=TODAY + timedelta(days=31), end_notices=1)
    pauses.pause(fresh(pair), until(19), by=ben, at=NOW)
    assert fresh(pair).ends_on == TODAY + timedelta(days=51)
    for day in range(20):
        terms.follow_terms(later(day))
        assert fresh(pair).state == State.ACTIVE
    terms.follow_terms(later(20))
    assert fresh(pair).state == State.ACTIVE
    terms.follow_terms(later(21))
    assert (fresh(pair).state, fresh(pair).end_notices) == (State.CLOSING, 2)


def test_a_closing_pair_stays_closing_and_its_last_day_moves(pair, ben):
    Match.objects.filter(pk=pair.pk).update(state=State.CLOSING, ends_on=TODAY)
    pauses.pause(fresh(pair), until(29), by=ben, at=NOW)
    found = fresh(pair)
    assert (found.state, found.ends_on) == (State.CLOSING, TODAY + timedelta(days=30))
    assert terms.closes_on(found) == TODAY + timedelta(days=60)
    terms.follow_terms(later(29))
    assert fresh(pair).state == State.CLOSING


def test_a_longer_term_while_paused_keeps_the_days_of_the_pause(pair, ben):
    pauses.pause(pair, until(9), by=ben, at=NOW)
    terms.set_term(fresh(pair), END + timedelta(days=180), by=None, at=later(2))
    assert fresh(pair).ends_on == END + timedelta(days=190)
    pauses.come_back(fresh(pair), by=ben, at=later(4))
    assert fresh(pair).ends_on == END + timedelta(days=184)


def test_ending_a_paused_pair_ends_the_pause_without_a_word(pair, ben):
    pauses.pause(pair, until(19), by=ben, at=NOW)
    endings.end(fresh(pair), by=ben, kind="choice", at=later(3))
    found = fresh(pair)
    assert (found.paused_until, found.is_paused(later(3))) == (None, False)
    assert (Pause.objects.get().days, waiting()) == (3, [])
    follow_pauses(later(30))
    assert waiting() == []


def test_an_ending_that_waited_for_a_pause_ends_it(pair, ben, ada):
    """Of one second: who ends began first, and was second."""
    pauses.pause(pair, until(19), by=ben, at=NOW)
    endings.end(fresh(pair), by=ada, kind="choice", at=NOW - timedelta(milliseconds=4))
    assert fresh(pair).paused_until is None


def test_a_reopened_pair_is_not_paused_and_can_be(pair, ben, cleo):
    pauses.pause(pair, until(19), by=ben, at=NOW)
    endings.end(fresh(pair), by=ben, kind="choice", at=later(3))
    reopening.reopen(fresh(pair), by=cleo, at=later(5))
    assert not fresh(pair).is_paused(later(5))
    assert fresh(pair).ends_on == END + timedelta(days=3)
    pauses.pause(fresh(pair), until(19), by=ben, at=later(5))
    assert fresh(pair).ends_on == END + timedelta(days=3 + 15)


# --- bad days


@pytest.mark.parametrize(
    ("zone", "at", "last", "hours"),
    [
        # Midnight is skipped in Cairo on 24 April 2026: the day begins at one o'clock.
        ("Africa/Cairo", datetime(2026, 4, 23, 10, tzinfo=UTC), date(2026, 4, 23), 12),
        ("America/Toronto", datetime(2026, 10, 31, 4, tzinfo=UTC), date(2026, 11, 1), 49),
        ("Pacific/Auckland", datetime(2026, 6, 1, 13, tzinfo=UTC), date(2026, 6, 2), 23),
    ],
)
def test_days_are_those_of_the_program_across_clock_changes(pair, ben, zone, at, last, hours):
    program = pair.program
    program.time_zone = zone
    program.save()
    found = pauses.pause(fresh(pair), Wish(last), by=ben, at=at)
    assert found.back_at - at == timedelta(hours=hours)


def test_29_february_is_a_day_like_others(pair, ben):
    at = datetime(2028, 2, 27, 12, tzinfo=UTC)
    Match.objects.filter(pk=pair.pk).update(ends_on=date(2028, 2, 29))
    found = pauses.pause(fresh(pair), Wish(date(2028, 2, 29)), by=ben, at=at)
    assert (found.days, found.back_on) == (3, date(2028, 3, 1))
    assert fresh(pair).ends_on == date(2028, 3, 3)


def test_the_preview_of_the_end_is_what_happens(pair, ada, ben):
    for person, days in ((ben, 9), (ada, 19), (ada, 12)):
        wish = until(days)
        match = fresh(pair)
        last = max(wish.last_day, TODAY + timedelta(days=9))
        shown = end_with(match, last, later(1))
        pauses.pause(match, wish, by=person, at=later(1))
        assert fresh(pair).ends_on == shown
