"""Both act in the same second, by real connections: one after the other, and nothing is lost."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from meetings import recording, scheduling
from meetings.models import Agenda, Correction, LogEntry, Meeting
from meetings.reconcilers import lapse_unanswered
from testkit import factories
from testkit import meetings as make
from testkit.concurrency import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both_databases]
ROUNDS = 10
State = Meeting.State


@pytest.fixture
def match():
    cohort = factories.cohort()
    return factories.match(factories.person("Ben Okoro"), factories.person("Ada Brook"), cohort)


def fresh(meeting):
    rows = Meeting.objects.select_related("match__mentee__person", "match__mentor__person")
    return rows.get(pk=meeting.pk)


def act(verb, meeting, *args, **kwargs):
    """Return a call of `verb` with the meeting as it is now, like a request that has loaded it."""
    return partial(verb, fresh(meeting), *args, **kwargs)


def check(meeting):
    """What must hold after any race: the wait and the suggested times agree."""
    row = fresh(meeting)
    assert (row.awaiting is not None) is row.times.exists()
    if row.state == State.PROPOSED:
        assert row.awaiting is not None
        assert row.starts_at == row.times.earliest("starts_at").starts_at
    return row


def test_accept_counter_and_cancel_at_once(match):
    ben, ada = match.people
    for n in range(ROUNDS):
        days = 3 * n + 1
        meeting = make.meeting(match, is_agreed=False, times=[make.when(ben, days)])
        other = make.when(ada, days + 1)
        done = at_once(
            act(scheduling.accept, meeting, by=ada, expected_sequence=0),
            act(scheduling.suggest_times, meeting, [other], by=ada, expected_sequence=0),
            act(scheduling.cancel, meeting, by=ben, expected_sequence=0),
        )
        assert len(done) == 1, "of those who saw the same meeting one changes it"
        row = check(meeting)
        states = (State.SET, State.PROPOSED, State.CANCELLED)
        assert (row.state, row.sequence) == (states[done[0]], 1)
        if row.state == State.PROPOSED:
            assert (row.awaiting, row.starts_at) == (ben, other.starts_at)
        scheduling.cancel(row, by=ben)


def test_both_suggest_another_time_for_a_confirmed_meeting(match):
    ben, ada = match.people
    for n in range(ROUNDS):
        meeting = make.meeting(match, timezone.now() + timedelta(days=3 * n + 1))
        date = meeting.starts_at
        suggest = partial(act, scheduling.suggest_times, meeting)
        done = at_once(
            suggest([make.when(ben, 3 * n + 2)], by=ben, expected_sequence=0),
            suggest([make.when(ada, 3 * n + 3)], by=ada, expected_sequence=0),
        )
        assert len(done) == 1
        row = check(meeting)
        assert (row.state, row.starts_at, row.awaiting) == (State.SET, date, (ada, ben)[done[0]])
        scheduling.cancel(row, by=ben)


def test_two_agendas_for_one_date(match):
    ben, ada = match.people
    for n in range(ROUNDS):
        start = timezone.now() + timedelta(days=3 * n + 1)
        plan = partial(make.meeting, match, start)
        done = at_once(*[partial(plan, by=who, place=who.name) for who in (ben, ada, ben, ada)])
        # The same form twice is one meeting; the other person's form is refused with a message.
        assert done in ([0, 2], [1, 3])
        places = Agenda.objects.visible_to(ben).filter(meeting__starts_at__date=start.date())
        assert [row.place for row in places] == [(ben, ada)[done[0]].name]


def test_both_record_at_once(match):
    ben, ada = match.people
    for n in range(ROUNDS):
        meeting = make.meeting(match, timezone.now() - timedelta(days=3 * n + 1))
        write = partial(act, recording.record, meeting, minutes=30)
        at_once(*[write(by=who, learned=who.name) for who in (ben, ada, ada)])
        row = fresh(meeting)
        assert (row.state, row.minutes) == (State.HELD, 30)
        assert LogEntry.objects.visible_to(ben).filter(meeting=row).count() == 2
    assert Correction.objects.count() == 0


def test_an_answer_and_the_lapse_at_once(match):
    ben, ada = match.people
    for n in range(ROUNDS):
        meeting = make.meeting(match, is_agreed=False, times=[make.when(ben, 3 * n + 1)])
        last = meeting.lapses_at
        at_once(
            act(scheduling.accept, meeting, by=ada, at=last - timedelta(seconds=1)),
            partial(lapse_unanswered, last),
            partial(lapse_unanswered, last),
        )
        row = fresh(meeting)
        assert row.awaiting is None
        assert row.state in {State.SET, State.LAPSED}
