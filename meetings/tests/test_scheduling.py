from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from agreements.models import Agreement
from meetings import scheduling
from meetings.models import LogEntry, Meeting
from meetings.wall_time import to_utc
from testkit import meetings as make

pytestmark = pytest.mark.django_db
State = Meeting.State
YESTERDAY = timezone.now() - timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "wall_time", "zone", "expected"),
    [
        (
            date(2026, 3, 8),
            time(2, 30),
            "America/Toronto",
            datetime(2026, 3, 8, 7, 30, tzinfo=UTC),
        ),  # skipped: moves forward
        (
            date(2026, 11, 1),
            time(1, 30),
            "America/Toronto",
            datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
        ),  # twice: the first
        (date(2026, 7, 1), time(18), "Europe/Paris", datetime(2026, 7, 1, 16, tzinfo=UTC)),
    ],
)
def test_wall_time_becomes_utc(day, wall_time, zone, expected):
    assert to_utc(day, wall_time, zone) == expected


def test_a_proposal_waits_for_the_partner(match, ada, ben):
    meeting = make.meeting(match, is_agreed=False)
    with pytest.raises(ActionNotAllowed):
        scheduling.accept(meeting, by=ben)
    assert meeting.may_be_answered_by(ada)
    scheduling.accept(meeting, by=ada)
    scheduling.accept(meeting, by=ada)
    assert meeting.state == State.SET
    assert not meeting.may_be_answered_by(ada)


def test_planning_the_same_date_twice_is_planning_once(match, ben):
    when = timezone.now() + timedelta(days=3)
    assert make.meeting(match, when) == make.meeting(match, when)
    assert Meeting.objects.count() == 1


def test_only_the_pair_plans(match, dan):
    with pytest.raises(ActionNotAllowed):
        make.meeting(match, by=dan)


def test_an_ended_match_plans_no_meeting(match):
    match.state = "closed"
    with pytest.raises(ActionNotAllowed):
        make.meeting(match)


def test_moving_keeps_it_set_and_counts(match, ada):
    meeting = make.meeting(match)
    before = meeting.starts_at
    scheduling.move_meeting(meeting, meeting.on + timedelta(days=1), meeting.wall_time, by=ada)
    assert (meeting.state, meeting.moves, meeting.sequence) == (State.SET, 1, 1)
    assert meeting.starts_at == before + timedelta(days=1)


def test_moving_onto_another_meeting_is_refused(match, ada):
    first, second = make.meeting(match), make.meeting(match, timezone.now() + timedelta(days=20))
    with pytest.raises(ActionNotAllowed):
        scheduling.move_meeting(first, second.on, second.wall_time, by=ada)


def test_of_two_who_move_at_once_one_is_refused(match, ada, ben):
    meeting = make.meeting(match)
    stale = Meeting.objects.get()
    scheduling.move_meeting(meeting, meeting.on + timedelta(days=1), meeting.wall_time, by=ada)
    with pytest.raises(ActionNotAllowed):
        scheduling.move_meeting(stale, meeting.on + timedelta(days=2), meeting.wall_time, by=ben)


def test_a_held_meeting_asks_for_the_agreement(match, ben):
    meeting = make.held(match, YESTERDAY)
    assert meeting.state == State.HELD
    assert Agreement.objects.get().asked_at == YESTERDAY + timedelta(hours=2)


def test_a_meeting_is_not_held_before_it_begins(match, ben):
    meeting = make.meeting(match)
    with pytest.raises(ActionNotAllowed):
        scheduling.record_held(meeting, by=ben)


def test_both_may_write_a_log_entry(match, ada, ben):
    meeting = make.held(match, YESTERDAY)
    scheduling.record_held(meeting, by=ada, learned="To listen")
    scheduling.record_held(meeting, by=ben, learned="To ask")
    scheduling.record_held(meeting, by=ben, learned="To ask twice")
    assert [entry.learned for entry in LogEntry.objects.visible_to(ada)] == [
        "To listen",
        "To ask twice",
    ]


def test_a_meeting_that_was_never_planned_may_be_recorded(match, ben):
    first = scheduling.record_past(
        match,
        by=ben,
        on=YESTERDAY.date(),
        wall_time=time(9),
        minutes=40,
        mode="phone",
        at=timezone.now(),
    )
    again = scheduling.record_past(
        match,
        by=ben,
        on=YESTERDAY.date(),
        wall_time=time(9),
        minutes=40,
        mode="phone",
        at=timezone.now(),
    )
    assert first == again
    assert (first.state, first.minutes) == (State.HELD, 40)


def test_an_unanswered_proposal_can_still_be_held(match, ben):
    meeting = make.meeting(match, YESTERDAY, is_agreed=False)
    scheduling.record_held(meeting, by=ben)
    assert meeting.state == State.HELD


def test_the_carer_sees_dates_and_no_text(match, cleo, ben):
    make.held(match, YESTERDAY, place="Café Nord")
    scheduling.record_held(Meeting.objects.get(), by=ben, learned="Secret")
    assert list(Meeting.objects.visible_to(cleo)) == []
    match.carer = cleo
    match.save()
    assert [row.state for row in Meeting.objects.visible_to(cleo)] == [State.HELD]
    assert list(LogEntry.objects.visible_to(cleo)) == []
