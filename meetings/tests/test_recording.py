"""Did you meet? Held, missed or moved; corrected within 14 days; saved as typed."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone

from access.exceptions import ActionNotAllowed
from accounts.wall_time import WallTime
from agreements.models import Agreement
from meetings import recording, scheduling
from meetings.locking import MeetingChanged
from meetings.models import CORRECTION_DAYS, Correction, LogEntry, Meeting
from meetings.reconcilers import lapse_unanswered
from testkit import meetings as make

State = Meeting.State
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.time_machine(NOW)]
YESTERDAY = NOW - timedelta(days=1)


@pytest.fixture
def met(match):
    """A confirmed meeting whose time has passed."""
    return make.meeting(match, YESTERDAY)


def facts(meeting):
    meeting.refresh_from_db()
    return meeting.state, meeting.minutes, meeting.moves


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [("held", ("held", 240, 0)), ("missed", ("missed", 60, 0)), ("moved", ("moved", 60, 1))],
)
def test_the_answer_is_saved_as_given(outcome, expected, met, ben):
    for _twice in range(2):
        recording.record(met, by=ben, outcome=outcome, minutes=240, expected_sequence=0)
    assert facts(met) == expected
    assert Correction.objects.count() == 0


@pytest.mark.parametrize("minutes", [0, 4, 481, 32_768])
def test_a_length_that_no_meeting_has_is_refused_and_not_cut(minutes, met, match, ben):
    for verb in (
        lambda: recording.record(met, by=ben, minutes=minutes),
        lambda: recording.record_past(
            match, by=ben, when=make.when(ben, -5), minutes=minutes, mode="phone"
        ),
        lambda: scheduling.plan_meeting(
            match, by=ben, times=[make.when(ben, 9)], minutes=minutes, mode="phone"
        ),
    ):
        with pytest.raises(ActionNotAllowed, match="from 5 to 480 minutes"):
            verb()
    assert facts(met) == ("set", 60, 0)


def test_240_minutes_stay_240_when_they_are_noted_later(match, ben, ada):
    meeting = make.held(match, YESTERDAY)
    recording.record(meeting, by=ada, minutes=240, learned="To listen")
    assert facts(meeting) == ("held", 240, 0)


def test_a_held_meeting_asks_for_the_agreement(match):
    make.held(match, YESTERDAY)
    assert Agreement.objects.get().asked_at == YESTERDAY + timedelta(hours=2)


def test_nothing_is_recorded_before_it_begins(match, ben):
    with pytest.raises(ActionNotAllowed, match="hasn't started"):
        recording.record(make.meeting(match), by=ben)


def test_only_the_pair_records_and_only_while_it_lasts(met, match, dan, ben, close):
    with pytest.raises(ActionNotAllowed):
        recording.record(met, by=dan)
    close(match)
    with pytest.raises(ActionNotAllowed):
        recording.record(met, by=ben)


def test_an_unknown_answer_is_refused(met, ben):
    for outcome in ("proposed", "cancelled", ""):
        with pytest.raises(ActionNotAllowed):
            recording.record(met, by=ben, outcome=outcome)


# --- notes


def test_both_may_write_a_note_whatever_the_answer(met, ada, ben):
    recording.record(met, by=ada, outcome="missed", learned="To write sooner")
    recording.record(met, by=ben, outcome="missed", learned="To ask")
    recording.record(met, by=ben, outcome="missed", learned="To ask twice")
    notes = [entry.learned for entry in LogEntry.objects.visible_to(ada)]
    assert notes == ["To write sooner", "To ask twice"]


def test_an_answer_without_a_note_leaves_the_note_and_an_emptied_one_goes(met, ben):
    recording.record(met, by=ben, learned="To ask")
    recording.record(met, by=ben)
    assert LogEntry.objects.visible_to(ben).count() == 1
    recording.record(met, by=ben, learned="", next_step="")
    assert LogEntry.objects.visible_to(ben).count() == 0


# --- corrections


@pytest.mark.parametrize(
    ("outcome", "minutes", "expected"),
    [
        ("missed", None, ("missed", 60, 0)),
        ("moved", None, ("moved", 60, 1)),
        ("held", 45, ("held", 45, 0)),
        ("cancelled", None, ("cancelled", 60, 0)),
    ],
)
def test_a_correction_keeps_who_when_from_and_to(outcome, minutes, expected, met, ada, ben):
    recording.record(met, by=ben, at=NOW)
    later = NOW + timedelta(days=CORRECTION_DAYS)
    recording.record(met, by=ada, outcome=outcome, minutes=minutes, at=later)
    assert facts(met) == expected
    row = Correction.objects.visible_to(ben).get()
    assert (row.person, row.at, row.from_state, row.from_minutes) == (ada, later, "held", 60)
    assert (row.to_state, row.to_minutes) == expected[:2]


def test_after_14_days_only_a_note_is_added(met, ben):
    recording.record(met, by=ben, at=NOW)
    late = NOW + timedelta(days=CORRECTION_DAYS, seconds=1)
    for change in ({"outcome": "missed"}, {"minutes": 61}):
        with pytest.raises(ActionNotAllowed, match="could be corrected until"):
            recording.record(met, by=ben, at=late, **change)
    recording.record(met, by=ben, at=late, learned="To ask")
    assert facts(met) == ("held", 60, 0)
    assert LogEntry.objects.visible_to(ben).get().learned == "To ask"


def test_the_second_who_answers_otherwise_is_shown_the_first_answer(met, ada, ben):
    recording.record(met, by=ada, outcome="missed", expected_sequence=0)
    with pytest.raises(MeetingChanged):
        recording.record(met, by=ben, expected_sequence=0, learned="To ask")
    assert facts(met)[0] == "missed"


def test_strangers_do_not_see_corrections(met, ada, dan, cleo, match):
    match.carer = cleo
    match.save()
    recording.record(met, by=ada)
    recording.record(met, by=ada, minutes=61)
    for person in (dan, cleo):
        assert not Correction.objects.visible_to(person).exists()


# --- moved without a new date, and proposals that no one answered


def test_moved_without_a_date_is_suggested_again_and_counts_once(met, ben, ada):
    recording.record(met, by=ben, outcome="moved")
    scheduling.suggest_times(met, [make.when(ben, 3)], by=ben)
    scheduling.accept(met, by=ada)
    assert facts(met) == ("set", 60, 1)
    assert met.recorded_at is None


def test_moved_while_other_times_are_suggested_waits_for_that_answer(match, ada, ben):
    meeting = make.meeting(match, NOW + timedelta(days=1))
    scheduling.suggest_times(meeting, [make.when(ada, 5)], by=ada)
    recording.record(meeting, by=ben, outcome="moved", at=NOW + timedelta(days=2))
    assert facts(meeting) == ("proposed", 60, 1)
    assert meeting.awaiting == ben
    scheduling.accept(meeting, by=ben, at=NOW + timedelta(days=2))
    assert facts(meeting) == ("set", 60, 1)


def test_an_unanswered_proposal_can_still_be_held_at_one_of_its_times(match, ben):
    meeting = make.meeting(match, is_agreed=False, times=[make.when(ben, 1), make.when(ben, 2)])
    second = make.when(ben, 2).starts_at
    lapse_unanswered(NOW + timedelta(days=3))
    recording.record(meeting, by=ben, met_at=second, minutes=30, at=NOW + timedelta(days=3))
    assert facts(meeting) == ("held", 30, 0)
    assert meeting.starts_at == second


def test_an_unanswered_proposal_is_not_held_at_another_time(match, ben):
    meeting = make.meeting(match, is_agreed=False, times=[make.when(ben, 1), make.when(ben, 2)])
    with pytest.raises(ActionNotAllowed, match="Choose one of the suggested times"):
        recording.record(meeting, by=ben, met_at=NOW, at=NOW + timedelta(days=3))


def test_a_proposal_is_held_before_the_next_reconciler(match, ben):
    meeting = make.meeting(match, YESTERDAY, is_agreed=False)
    recording.record(meeting, by=ben)
    assert facts(meeting)[0] == "held"


# --- meetings that were not planned here


def past(match, person, *, days=-1.0, minutes=40, mode="phone", **changes):
    when = make.when(person, days, at=NOW)
    return recording.record_past(
        match, by=person, when=when, minutes=minutes, mode=mode, at=NOW, **changes
    )


def test_a_meeting_that_was_never_planned_may_be_recorded(match, ben):
    assert past(match, ben) == past(match, ben)
    row = Meeting.objects.get()
    assert (row.state, row.minutes, row.mode) == ("held", 40, "phone")


def test_a_planned_meeting_is_recorded_with_what_was_typed(met, match, ben):
    assert past(match, ben, minutes=240) == met
    assert facts(met) == ("held", 240, 0)
    assert met.mode == "phone"


@pytest.mark.parametrize("change", [{"minutes": 50}, {"mode": "video"}, {"days": -1.01}])
def test_what_differs_from_the_record_is_refused_and_not_dropped(change, match, ada, ben):
    past(match, ben)
    with pytest.raises(ActionNotAllowed, match="already a meeting"):
        past(match, ada, **change)


def test_the_future_is_not_recorded(match, ben):
    with pytest.raises(ActionNotAllowed, match="future"):
        past(match, ben, days=1)


def test_a_skipped_time_is_saved_as_the_clocks_show_it(match, ben):
    ben.time_zone = "America/Toronto"
    ben.save()
    when = WallTime(datetime(2026, 3, 8).date(), time(2, 30), "America/Toronto")
    row = recording.record_past(match, by=ben, when=when, minutes=60, mode="phone")
    assert (row.wall_time, row.starts_at) == (time(3, 30), datetime(2026, 3, 8, 7, 30, tzinfo=UTC))


def test_the_carer_sees_dates_and_no_text(match, cleo, ben):
    make.held(match, YESTERDAY, place="Café Nord")
    recording.record(Meeting.objects.get(), by=ben, learned="Secret")
    assert list(Meeting.objects.visible_to(cleo)) == []
    match.carer = cleo
    match.save()
    assert [row.state for row in Meeting.objects.visible_to(cleo)] == [State.HELD]
    assert list(LogEntry.objects.visible_to(cleo)) == []


def test_a_correction_to_held_where_another_meeting_was_recorded_is_refused(match, ada, ben):
    """It was recorded as moved, then they met after all and entered it anew."""
    moved = make.meeting(match, timezone.now() - timedelta(days=2))
    recording.record(moved, by=ben, outcome="moved")
    when = WallTime(moved.on, moved.wall_time, moved.zone)
    recording.record_past(match, by=ada, when=when, minutes=60, mode="video")
    for outcome in ("held", "missed"):
        with pytest.raises(ActionNotAllowed, match="There is already a meeting"):
            recording.record(moved, by=ben, outcome=outcome)
    assert Meeting.objects.held().count() == 1


def test_one_of_several_times_that_is_recorded_already_is_refused(match, ada, ben):
    now = timezone.now()
    times = [make.when(ben, days, at=now) for days in (-3, -2)]
    asked = make.meeting(match, now - timedelta(days=3), by=ben, is_agreed=False, times=times)
    recording.record_past(match, by=ada, when=times[1], minutes=60, mode="video")
    with pytest.raises(ActionNotAllowed, match="There is already a meeting"):
        recording.record(asked, by=ben, met_at=times[1].starts_at)
