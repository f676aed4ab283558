"""Who is asked to look back and when: after the closing talk, else after the pair was completed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from accounts.wall_time import WallTime
from agreements import reflections
from agreements.reflection_emails import reflection
from matches import endings, pauses, reopening, terms
from matches.models import Match
from matches.pause_days import Wish
from meetings import recording, reflection_reminders, scheduling
from notifications.models import Notification
from testkit import factories

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
TODAY = NOW.date()
END = date(2026, 3, 20)


@pytest.fixture
def pair(ada, ben, cohort):
    return factories.match(
        ben,
        ada,
        cohort,
        state=Match.State.CLOSING,
        introduced_at=NOW - timedelta(days=340),
        active_at=NOW - timedelta(days=340),
        ends_on=END,
        term_agreed_on=TODAY - timedelta(days=340),
    )


@pytest.fixture
def talk(pair):
    """The two have booked their closing talk for tomorrow, 16:00 to 17:00 in UTC."""
    return scheduling.plan_meeting(
        pair,
        by=pair.mentee.person,
        times=[WallTime(TODAY + timedelta(days=1), time(16), "UTC")],
        minutes=60,
        mode="video",
        is_agreed=True,
        is_closing_talk=True,
        at=NOW,
    )


def days(count, hour=20):
    return datetime.combine(TODAY + timedelta(days=count), time(hour), UTC)


def end(pair, kind="completed", *, at):
    endings.end(pair, by=pair.mentee.person, kind=kind, at=at)
    pair.refresh_from_db()


def ask(*moments):
    """Run the reconciler twice at each of `moments`; return how many e-mails each has added."""
    added = []
    for moment in moments:
        before = Notification.system.filter(kind="reflection").count()
        for _time in range(2):
            reflection_reminders.ask_to_reflect(moment)
        added.append(Notification.system.filter(kind="reflection").count() - before)
    return added


def test_on_the_evening_of_the_talk_and_twice_more(talk):
    through = [days(1, 17), days(1, 18), days(5), days(6), days(12), days(13), days(14), days(60)]
    assert ask(*through) == [0, 2, 0, 2, 0, 2, 0, 0]


def test_each_evening_is_that_of_the_reader(talk, ada):
    type(ada).objects.filter(pk=ada.pk).update(time_zone="America/Vancouver")
    assert ask(days(1, 18), days(1, 23), days(2, 1), days(2, 2)) == [1, 0, 0, 1]


def test_nothing_is_asked_again_after_the_end(pair, talk):
    assert ask(days(1)) == [2]
    end(pair, at=days(2))
    assert ask(*(days(day) for day in range(2, 60))).count(2) == 2


def test_an_end_that_follows_at_once_keeps_the_e_mail_that_waits(pair, talk, ben):
    ask(days(1))
    end(pair, at=days(1, 21))
    assert {row.state for row in Notification.system.filter(kind="reflection")} == {"pending"}
    assert reflection(pair, ben).context["is_ended"]


def test_without_a_talk_as_long_after_the_end(pair):
    end(pair, at=days(0))
    assert ask(*(days(day) for day in (0, 4, 5, 6, 12, 13, 60))) == [0, 0, 2, 0, 2, 0, 0]


def test_a_talk_that_is_not_over_at_the_end_counts_for_nothing(pair, talk):
    end(pair, at=days(1, 10))
    assert ask(days(1), days(5), days(6), days(13)) == [0, 0, 2, 2]


def test_a_talk_before_the_pair_is_closing_waits_until_it_is(pair, talk):
    later = terms.closing_days(pair.program.policy) + 10  # days until the end
    Match.objects.filter(pk=pair.pk).update(state="active", ends_on=TODAY + timedelta(days=later))
    assert ask(days(1), days(9)) == [0, 0]
    Match.objects.filter(pk=pair.pk).update(state="closing")
    assert ask(days(9), days(10), days(15), days(22)) == [0, 2, 2, 2]


def test_a_longer_term_begins_anew(pair, talk, ben):
    assert ask(days(1)) == [2]
    terms.set_term(pair, TODAY + timedelta(days=365), by=ben, at=days(2))
    assert ask(*(days(day) for day in range(2, 30))).count(0) == 28
    Match.objects.filter(pk=pair.pk).update(state="closing")
    pair.refresh_from_db()
    end(pair, at=days(365))
    assert ask(days(370), days(377)) == [2, 2]


def test_a_talk_that_was_missed_asks_nothing_more(pair, talk, ben):
    assert ask(days(1)) == [2]
    recording.record(talk, by=ben, outcome="missed", at=days(2))
    pair.refresh_from_db()
    assert reflection(pair, ben).reason == "pair-goes-on"
    assert ask(days(6), days(13)) == [0, 0]
    end(pair, at=days(14))
    assert ask(days(19), days(26)) == [2, 2]


def test_while_they_are_paused_no_one_is_asked(pair, talk, ben):
    pauses.pause(pair, Wish(TODAY + timedelta(days=8)), by=ben, at=NOW)
    assert ask(days(1), days(6)) == [0, 0]


@pytest.mark.parametrize("kind", ["choice", "circumstance"])
def test_a_pair_that_ended_in_another_way_is_left_alone(pair, talk, ben, kind):
    ask(days(1))
    end(pair, kind, at=days(2))
    assert reflection(pair, ben).reason == "match-ended"
    assert ask(days(6), days(13)) == [0, 0]


def test_who_has_looked_back_is_not_asked_again(pair, talk, ada, ben):
    reflections.save(pair, by=ben, learned="To ask.", next_steps="", goals={})
    end(pair, at=days(1))
    assert reflection(pair, ben).reason == "answered"
    assert reflection(pair, ada).action_url


def test_a_pair_that_goes_on_after_all_is_not_asked(pair, ben, cleo):
    end(pair, at=days(0))
    reopening.reopen(pair, by=cleo, at=days(1))
    pair.refresh_from_db()
    assert reflection(pair, ben).reason == "pair-goes-on"
    assert ask(days(6), days(13)) == [0, 0]


def test_a_closed_account_is_not_asked(talk, ada):
    type(ada).objects.filter(pk=ada.pk).update(is_active=False)
    assert ask(days(1)) == [1]


def test_the_queries_are_the_same_for_more_pairs(pair, talk, cohort, django_assert_num_queries):
    def more():
        match = factories.match(
            factories.person(),
            factories.person(),
            cohort,
            state=Match.State.CLOSING,
            active_at=NOW - timedelta(days=340),
            ends_on=END,
        )
        end(match, at=days(-4))

    for _number in range(2):
        more()
        ask(days(1))
        with django_assert_num_queries(5):
            reflection_reminders.ask_to_reflect(days(1, 21))
