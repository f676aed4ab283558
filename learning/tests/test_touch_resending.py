"""A short text that did not leave because of its pair comes later, or for another pair; once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from learning import privacy, seeding, touch_seeding
from learning.models import Touch, TouchText
from learning.touch_planning import mark_tried, plan_touches
from learning.touch_resending import send_lost_touches
from matches import endings, pauses, reopening
from matches.models import Match
from matches.pause_days import Wish
from notifications import preferences
from notifications.models import Notification
from notifications.testing import deliver_due_emails
from programs.models import Policy
from testkit import factories

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)  # a Wednesday
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(START + 30 * DAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def pair(ada, ben, cohort):
    Policy.objects.filter(program=cohort.program).update(touches_from=START.date())
    seeding.load(cohort.program)
    touch_seeding.load(cohort.program, at=START)
    return factories.match(ben, ada, cohort, introduced_at=START)


@pytest.fixture
def second(pair, cohort):
    """Ada's pair with Nia, introduced a day later."""
    nia = factories.application(factories.person("Nia Cole"), cohort)
    return Match.objects.create(mentee=nia, mentor=pair.mentor, introduced_at=START + DAY)


def run(clock, *days):
    """Plan, send again and deliver, all twice, on each of `days`; return how many were sent."""
    found = []
    for day in days:
        at = START + day * DAY
        clock.move_to(at)
        before = sent().count()
        for _time in range(2):
            plan_touches(at)
            send_lost_touches(at)
        deliver_due_emails(at)
        deliver_due_emails(at)
        found.append(sent().count() - before)
    return found


def sent(person=None):
    rows = Notification.system.filter(kind="learning-touch", state="sent")
    return rows.filter(recipient=person) if person else rows


def stop(match, by, *, days, clock):
    """Pause the pair from now for some days, and let its e-mails be cancelled."""
    at = datetime.now(UTC)
    pauses.pause(match, Wish((at + (days - 1) * DAY).date()), by=by, at=at)
    deliver_due_emails(at)


def plan(clock, day):
    at = START + day * DAY
    clock.move_to(at)
    plan_touches(at)


class TestAfterAPause:
    def test_what_the_pause_stopped_comes_once_after_it(self, pair, ada, ben, clock):
        plan(clock, 30)
        stop(pair, ben, days=25, clock=clock)
        assert run(clock, 31, 54, 56, 57, 58) == [0, 0, 2, 0, 0]
        assert sent(ada).count() == sent(ben).count() == 1
        touch = Touch.objects.of(ben).get()
        assert touch.due_at == pair.pauses.get().back_at
        assert Notification.system.filter(kind="learning-touch").count() == 4

    def test_a_second_pause_puts_it_off_again(self, pair, ben, clock):
        plan(clock, 30)
        stop(pair, ben, days=10, clock=clock)
        at = START + 41 * DAY
        clock.move_to(at)
        pauses.note_return(pair, at)
        assert send_lost_touches(at) == 2
        stop(pair, ben, days=10, clock=clock)
        assert run(clock, 42, 54, 55) == [0, 2, 0]

    def test_after_a_long_stop_of_the_machine_it_is_too_late(self, pair, ben, clock):
        plan(clock, 30)
        stop(pair, ben, days=10, clock=clock)
        assert run(clock, 30 + 10 + 23) == [0]

    def test_what_was_sent_before_the_pause_is_not_sent_again(self, pair, ben, clock):
        assert run(clock, 30) == [2]
        stop(pair, ben, days=10, clock=clock)
        assert run(clock, 42) == [0]

    def test_what_may_have_come_is_not_sent_again(self, pair, ben, clock):
        plan(clock, 30)
        Notification.system.filter(kind="learning-touch").update(unknown_outcomes=1)
        stop(pair, ben, days=10, clock=clock)
        assert run(clock, 42) == [0]

    def test_a_pair_that_is_reopened_gets_what_its_end_has_stopped(self, pair, ben, cleo, clock):
        plan(clock, 30)
        endings.end(pair, by=ben, kind="choice", at=START + 30 * DAY)
        deliver_due_emails(START + 30 * DAY)
        assert run(clock, 31) == [0]
        reopening.reopen(pair, by=cleo, at=START + 31 * DAY)
        assert run(clock, 32, 33) == [2, 0]

    def test_who_turned_them_off_and_a_retired_text_stay_as_they_are(self, pair, ada, ben, clock):
        plan(clock, 30)
        preferences.mute(ada, "learning", at=START)
        stop(pair, ben, days=10, clock=clock)
        TouchText.objects.filter(role="mentee").update(retired_on=START.date())
        assert run(clock, 42, 43) == [0, 0]
        assert Notification.system.filter(kind="learning-touch").count() == 2


class TestOfSeveralPairs:
    @pytest.fixture
    def noted(self, pair, second, clock):
        """The text of month 1 waits for the first pair, and is noted for the second one."""
        plan(clock, 31)
        assert list(of(pair.mentor.person)) == [(pair.pk, False), (second.pk, True)]

    @pytest.mark.parametrize("what", ["ends", "pauses"])
    def test_it_comes_for_the_other_pair(self, noted, pair, second, ada, ben, clock, what):
        if what == "ends":
            endings.end(pair, by=ben, kind="choice", at=START + 31 * DAY)
            deliver_due_emails(START + 31 * DAY)
        else:
            stop(pair, ben, days=10, clock=clock)
        run(clock, 32, 33, 34, 43, 44)
        assert sent(ada).count() == 1
        assert list(of(ada)) == [(pair.pk, True), (second.pk, False)]
        assert sent(ada).get().about_id == Touch.objects.get(match=second, person=ada).pk

    def test_a_pair_that_comes_to_its_month_later_gets_it(self, pair, second, ada, ben, clock):
        Match.objects.filter(pk=second.pk).update(introduced_at=START + 9 * DAY)
        plan(clock, 30)
        stop(pair, ben, days=6, clock=clock)
        assert run(clock, 39, 40, 41) == [3, 0, 0]
        assert list(of(ada)) == [(pair.pk, True), (second.pk, False)]

    def test_both_pairs_paused_wait_and_the_first_back_gets_it(
        self, noted, pair, second, ada, ben, clock
    ):
        stop(pair, ben, days=20, clock=clock)
        stop(second, second.mentee.person, days=8, clock=clock)
        run(clock, 32, 38, 40, 52, 53)
        assert list(of(ada)) == [(pair.pk, True), (second.pk, False)]
        assert sent(ada).count() == 1

    @pytest.mark.parametrize("tapped", ["before", "after"])
    def test_what_they_tried_is_told_whichever_pair_sends_the_text(
        self, noted, pair, second, ada, ben, clock, tapped
    ):
        shown = Touch.objects.get(match=pair, person=ada)
        if tapped == "before":
            mark_tried(shown, by=ada, at=START + 31 * DAY)
        stop(pair, ben, days=10, clock=clock)
        assert run(clock, 32) == [1]
        if tapped == "after":  # on a page that was open all the time
            mark_tried(shown, by=ada, at=START + 31 * DAY)
        (row,) = privacy.export(ada)["short_texts"]
        assert row["tried"] == START + 31 * DAY
        assert row["sent"] == START + 32 * DAY

    def test_a_pair_that_takes_over_a_text_knows_that_it_was_tried(
        self, pair, second, ada, ben, clock
    ):
        plan(clock, 30)
        mark_tried(Touch.objects.of(ada).get(), by=ada, at=START + 30 * DAY)
        stop(pair, ben, days=10, clock=clock)
        run(clock, 31)
        (row,) = privacy.export(ada)["short_texts"]
        assert (row["tried"], row["sent"]) == (START + 30 * DAY, START + 31 * DAY)


def of(person):
    return Touch.objects.of(person).order_by("match").values_list("match", "is_repeat")


def test_the_export_says_what_came(pair, ada, ben, clock):
    plan(clock, 30)
    stop(pair, ben, days=10, clock=clock)
    (row,) = privacy.export(ben)["short_texts"]
    assert (row["due"], row["sent"]) == (START + 30 * DAY, None)
    run(clock, 42)
    (row,) = privacy.export(ben)["short_texts"]
    assert row["sent"] == sent(ben).get().sent_at


def test_nothing_lost_costs_two_queries_and_what_waits_no_more(
    pair, ben, clock, django_assert_num_queries
):
    plan(clock, 30)
    stop(pair, ben, days=10, clock=clock)
    with django_assert_num_queries(2):
        assert send_lost_touches(START + 31 * DAY) == 0
