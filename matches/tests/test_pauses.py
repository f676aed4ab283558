"""Pausing a pair: who may, until when, what it does to the term, and who learns what."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from access.exceptions import ActionNotAllowed
from accounts.privacy import erase_person
from applications import taking_part
from matches import endings, pauses, terms
from matches.models import Match, Pause, PauseNote, PauseRequest
from matches.pause_days import Wish, latest_day, pause_of
from matches.pause_reminders import follow_pauses
from notifications.models import Notification
from programs.models import Conflict
from testkit import factories

State = Match.State
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TODAY = NOW.date()
END = date(2027, 1, 31)


def later(days, hour=12):
    return (NOW + timedelta(days=days)).replace(hour=hour)


def until(days, **values):
    return Wish(TODAY + timedelta(days=days), **values)


@pytest.fixture
def carer(program):
    return factories.member("Karin Osei", program=program, role="carer")


@pytest.fixture
def pair(ada, ben, cohort, carer):
    return active_pair(ben, ada, cohort, carer=carer)


def active_pair(mentee, mentor, cohort, **values):
    """Return a pair that has been active for four months."""
    begun = {"introduced_at": NOW - timedelta(days=121), "active_at": NOW - timedelta(days=121)}
    state = {"state": State.ACTIVE, "ends_on": END}
    return factories.match(mentee, mentor, cohort, **state, **begun, **values)


def waiting():
    rows = Notification.system.filter(kind__startswith="match-pause", state="pending")
    return sorted((row.kind, row.recipient.first_name) for row in rows)


def fresh(pair):
    return Match.objects.with_people().get(pk=pair.pk)


# --- pausing


@pytest.mark.parametrize("who", ["ada", "ben", "carer", "cleo"])
def test_the_two_the_carer_and_the_chair_may_pause(pair, ada, ben, carer, cleo, who):
    by = {"ada": ada, "ben": ben, "carer": carer, "cleo": cleo}[who]
    pauses.pause(pair, until(9), by=by, person=ben, at=NOW)
    found = fresh(pair)
    assert found.is_paused(NOW)
    assert (found.state, found.paused_days, found.ends_on) == (
        State.ACTIVE,
        10,
        END + timedelta(days=10),
    )


@pytest.mark.parametrize("role", ["reader", "matcher", "carer"])
def test_no_other_member_may_pause_or_end_a_pause(pair, ben, program, role):
    other = factories.member("Olga Brown", program=program, role=role)
    with pytest.raises(ActionNotAllowed):
        pauses.pause(pair, until(9), by=other, person=ben, at=NOW)
    pauses.pause(pair, until(9), by=ben, at=NOW)
    with pytest.raises(ActionNotAllowed):
        pauses.come_back(pair, by=other, at=NOW)


def test_a_committee_member_says_who_asked(pair, carer, dan):
    for person in (None, dan, carer):
        with pytest.raises(ActionNotAllowed, match="Choose which of the two"):
            pauses.pause(pair, until(9), by=carer, person=person, at=NOW)


def test_a_member_in_a_conflict_of_interest_may_not_pause(pair, cleo, ben):
    Conflict.objects.create(member=cleo, person=ben)
    with pytest.raises(ActionNotAllowed):
        pauses.pause(pair, until(9), by=cleo, person=ben, at=NOW)


def test_a_pair_that_has_ended_is_not_paused(pair, ben):
    endings.end(pair, by=ben, kind="choice", at=NOW)
    with pytest.raises(ActionNotAllowed, match="ended already"):
        pauses.pause(pair, until(9), by=ben, at=NOW)


def test_a_pair_whose_term_is_over_is_not_paused(pair, ben):
    Match.objects.filter(pk=pair.pk).update(state=State.CLOSING, ends_on=TODAY - timedelta(days=1))
    with pytest.raises(ActionNotAllowed, match="Close your pair, or go on"):
        pauses.pause(fresh(pair), until(9), by=ben, at=NOW)


def test_the_same_pause_twice_changes_nothing(pair, ben):
    for _click in range(2):
        pauses.pause(pair, until(9), by=ben, at=NOW)
    assert fresh(pair).paused_days == 10
    assert (Pause.objects.get().changes, waiting()) == (0, [("match-paused", "Ada")])


def test_one_open_pause_per_pair_in_the_data(pair, ben):
    pauses.pause(pair, until(9), by=ben, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Pause.objects.create(
            match=pair,
            starts_on=TODAY,
            back_on=TODAY,
            started_at=NOW,
            back_at=NOW,
            started_by=ben,
        )


def test_an_introduced_pair_is_paused_without_a_term(pair, ben, ada):
    Match.objects.filter(pk=pair.pk).update(state=State.INTRODUCED, active_at=None, ends_on=None)
    pauses.pause(fresh(pair), until(9), by=ben, at=NOW)
    found = fresh(pair)
    assert (found.is_paused(NOW), found.paused_days, found.ends_on) == (True, 0, None)
    # Signing works, and only the days after it are added to the term.
    terms.set_term(found, END, by=None, at=later(4))
    assert (fresh(pair).ends_on, fresh(pair).agreed_end) == (END + timedelta(days=6), END)


@pytest.mark.parametrize(
    ("days", "message"), [(-1, "This day is over"), (90, "29 August 2026 at the latest")]
)
def test_a_day_that_is_over_or_too_late_is_refused(pair, ben, days, message):
    with pytest.raises(ActionNotAllowed, match=message):
        pauses.pause(pair, until(days), by=ben, at=NOW)
    assert not Pause.objects.exists()
    assert not PauseRequest.system.exists()


def test_all_pauses_of_a_term_are_limited_together(pair, ben):
    pauses.pause(pair, until(88), by=ben, at=NOW)
    follow_pauses(later(89))
    at = later(100)
    assert latest_day(fresh(pair), at) == at.date() + timedelta(days=30)
    pauses.pause(pair, Wish(latest_day(fresh(pair), at)), by=ben, at=at)
    follow_pauses(later(140))
    with pytest.raises(ActionNotAllowed, match="which is all there is"):
        pauses.pause(pair, Wish(later(150).date()), by=ben, at=later(150))


def test_a_renewed_term_has_its_own_pauses(pair, ben):
    pauses.pause(pair, until(88), by=ben, at=NOW)
    follow_pauses(later(89))
    terms.set_term(fresh(pair), END + timedelta(days=200), by=None, at=later(95))
    assert fresh(pair).ends_on == END + timedelta(days=200 + 89)
    assert latest_day(fresh(pair), later(100)) == later(189).date()


# --- the other one


def test_of_two_who_pause_at_once_the_second_joins(pair, ada, ben):
    first, second = fresh(pair), fresh(pair)
    pauses.pause(first, until(9), by=ben, at=NOW)
    pauses.pause(second, until(19), by=ada, at=NOW)
    found = Pause.objects.get()
    assert (found.days, found.changes, fresh(pair).paused_days) == (20, 1, 20)
    # Ada knows, so what waited for her is gone; Ben reads of the later day.
    assert waiting() == [("match-paused", "Ben")]


def test_an_earlier_day_of_the_partner_leaves_the_later_one(pair, ada, ben):
    pauses.pause(pair, until(19), by=ben, at=NOW)
    pauses.pause(pair, until(9), by=ada, at=later(1))
    assert (Pause.objects.get().days, Pause.objects.get().changes) == (20, 0)


def test_who_asked_changes_the_day_both_ways(pair, ben):
    pauses.pause(pair, until(9), by=ben, at=NOW)
    for days in (19, 4):
        pauses.pause(pair, until(days), by=ben, at=later(2))
        assert fresh(pair).ends_on == END + timedelta(days=days + 1)


# --- coming back


def test_coming_back_early_counts_only_the_days_paused(pair, ben):
    pauses.pause(pair, until(19), by=ben, at=NOW)
    pauses.come_back(pair, by=ben, at=later(5))
    found = fresh(pair)
    assert (found.ends_on, found.paused_days) == (END + timedelta(days=5), 5)
    assert (found.paused_until, Pause.objects.get().ended_by) == (None, ben)
    assert waiting() == [("match-pause-over", "Ada")]


def test_coming_back_on_the_same_day_leaves_no_trace_in_the_term(pair, ben):
    pauses.pause(pair, until(19), by=ben, at=NOW)
    pauses.come_back(pair, by=ben, at=NOW + timedelta(minutes=5))
    assert (fresh(pair).ends_on, fresh(pair).paused_days) == (END, 0)


def test_the_partner_cannot_end_it(pair, ada, ben):
    pauses.pause(pair, until(19), by=ben, at=NOW)
    with pytest.raises(ActionNotAllowed, match="Only the person who asked"):
        pauses.come_back(pair, by=ada, at=later(5))


@pytest.mark.parametrize("who", ["carer", "cleo"])
def test_carer_and_chair_end_it_for_both(pair, ada, ben, carer, cleo, who):
    pauses.pause(pair, until(19), by=ben, at=NOW)
    pauses.pause(pair, until(29), by=ada, at=NOW)
    pauses.come_back(pair, by={"carer": carer, "cleo": cleo}[who], at=later(5))
    assert not fresh(pair).is_paused(later(5))
    assert waiting() == [("match-pause-over", "Ada"), ("match-pause-over", "Ben")]


def test_if_both_asked_one_comes_back_alone(pair, ada, ben):
    pauses.pause(pair, until(29), by=ben, at=NOW)
    pauses.pause(pair, until(19), by=ada, at=NOW)
    pauses.come_back(pair, by=ben, at=later(5))
    assert (Pause.objects.get().days, fresh(pair).is_paused(later(5))) == (20, True)
    pauses.come_back(pair, by=ada, at=later(6))
    assert not fresh(pair).is_paused(later(6))


def test_coming_back_twice_or_without_a_pause_is_refused(pair, ben):
    with pytest.raises(ActionNotAllowed, match="not paused"):
        pauses.come_back(pair, by=ben, at=NOW)
    pauses.pause(pair, until(19), by=ben, at=NOW)
    pauses.come_back(pair, by=ben, at=later(5))
    with pytest.raises(ActionNotAllowed, match="not paused"):
        pauses.come_back(pair, by=ben, at=later(5))


# --- the clock


def test_on_the_first_day_both_are_welcomed_once(pair, ben):
    pauses.pause(pair, until(9), by=ben, at=NOW)
    follow_pauses(later(9, hour=3))
    assert fresh(pair).is_paused(later(9, hour=3))
    for _run in range(2):
        follow_pauses(later(10))
    assert not fresh(pair).is_paused(later(10))
    assert waiting() == [("match-pause-over", "Ada"), ("match-pause-over", "Ben")]
    assert fresh(pair).ends_on == END + timedelta(days=10)


def test_a_new_pause_begins_where_nobody_noted_the_return(pair, ben):
    pauses.pause(pair, until(9), by=ben, at=NOW)
    pauses.pause(fresh(pair), Wish(later(30).date()), by=ben, at=later(20))
    assert [row.days for row in Pause.objects.all()] == [10, 11]
    assert fresh(pair).paused_days == 21


def test_who_asked_is_reminded_three_days_before_once_per_day_set(pair, ben):
    pauses.pause(pair, until(19), by=ben, at=NOW)
    follow_pauses(later(15))
    assert not Notification.system.filter(kind="match-pause-ends").exists()
    for _run in range(2):
        follow_pauses(later(17))
    rows = Notification.system.filter(kind="match-pause-ends")
    assert [row.recipient for row in rows] == [ben]
    pauses.make_longer(Pause.objects.get(), by=ben, changes=0, at=later(17))
    follow_pauses(later(31))
    assert rows.all().count() == 2


def test_a_short_pause_has_no_reminder(pair, ben):
    pauses.pause(pair, until(3), by=ben, at=NOW)
    follow_pauses(later(2))
    assert not Notification.system.filter(kind="match-pause-ends").exists()


def test_longer_in_one_tap_works_once(pair, ada, ben, dan):
    found = pauses.pause(pair, until(19), by=ben, at=NOW)
    pauses.make_longer(found, by=ben, changes=0, at=later(17))
    assert Pause.objects.get().days == 34
    with pytest.raises(ActionNotAllowed, match="changed since"):
        pauses.make_longer(found, by=ben, changes=0, at=later(17))
    for other in (ada, dan):
        with pytest.raises(ActionNotAllowed):
            pauses.make_longer(found, by=other, changes=1, at=later(17))


def test_longer_stops_at_the_longest_pause(pair, ben):
    found = pauses.pause(pair, until(85), by=ben, at=NOW)
    pauses.make_longer(found, by=ben, changes=0, at=later(84))
    assert Pause.objects.get().days == 90
    with pytest.raises(ActionNotAllowed, match="as long as it can be"):
        pauses.make_longer(found, by=ben, changes=1, at=later(84))


# --- who reads what


def test_the_reason_is_for_the_carer_and_the_line_for_the_partner(pair, ada, ben, carer, cleo, dan):
    wish = until(9, reason="health", text="An operation", note="Back in June!")
    pauses.pause(pair, wish, by=ben, at=NOW)
    readers = {
        person: (
            PauseRequest.objects.visible_to(person).count(),
            PauseNote.objects.visible_to(person).count(),
        )
        for person in (ben, ada, carer, cleo, dan)
    }
    assert readers == {ben: (1, 1), ada: (0, 1), carer: (1, 0), cleo: (1, 0), dan: (0, 0)}


def test_erasing_who_paused_ends_the_pair_and_leaves_no_words(pair, ben, ada):
    pauses.pause(pair, until(9, text="An operation", note="Back soon"), by=ben, at=NOW)
    pauses.pause(
        pair, until(9, text="Ben Okoro is ill", note="Get well, Ben Okoro"), by=ada, at=NOW
    )
    erase_person(ben)
    assert [row.person for row in PauseRequest.system.all()] == [ada]
    assert not PauseNote.system.filter(author=ben).exists()
    assert "Ben" not in PauseNote.system.get().text + PauseRequest.system.get().text
    assert pause_of(fresh(pair), NOW) is None


def test_a_break_pauses_each_pair_of_a_mentor(pair, ada, cohort):
    mentee = factories.application(factories.person("Eva Lind"), cohort, "mentee")
    other = Match.objects.create(mentee=mentee, mentor=pair.mentor)
    last_day = TODAY + timedelta(days=9)
    said = taking_part.change(
        pair.mentor, by=ada, capacity=2, break_until=last_day, pauses_pairs=True, at=NOW
    )
    assert len(said) == 2
    assert all(fresh(one).is_paused(NOW) for one in (pair, other))
    assert waiting() == [("match-paused", "Ben"), ("match-paused", "Eva")]
