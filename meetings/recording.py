"""Recording what became of a meeting, and correcting the record.

Whoever of the pair answers "did you meet?" first, records: held, missed or moved. For 14 days both
may correct it; every correction is kept (`models.notes.Correction`). Lengths are saved as typed:
one that no meeting has is refused.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from accounts.wall_time import WallTime
from agreements.reconcilers import ask_for_draft
from matches.models import Match
from matches.signals import pair_changed
from workflow.states import move

from . import closing_talk
from .locking import check_unchanged, lock_match, lock_meeting
from .models import MAX_MINUTES, Correction, LogEntry, Meeting
from .time_checks import check_minutes

State = Meeting.State


@transaction.atomic
def record(
    meeting: Meeting,
    *,
    by: User,
    outcome: str = State.HELD,
    minutes: int | None = None,
    met_at: datetime | None = None,
    learned: str | None = None,
    next_step: str | None = None,
    expected_sequence: int | None = None,
    at: datetime | None = None,
) -> None:
    """Record whether a meeting took place, with the note of `by`.

    `outcome`: held, missed or moved; for a correction also cancelled: entered by mistake.
    `minutes`: how long they met, by default as long as planned or recorded.
    `met_at`: which of several suggested times it was, for a proposal that no one answered.
    `learned`, `next_step`: the note; None leaves it as it is.

    What was recorded before is corrected, within 14 days. The same record again changes nothing but
    the note. The first meeting that a pair holds makes the program ask for their agreement. Raises
    ActionNotAllowed outside the pair, before the meeting has started, for a length that no meeting
    has and for a late correction; MeetingChanged if the partner was faster with another answer.
    """
    at = at or timezone.now()
    lock_meeting(meeting, by=by)
    if outcome not in {*Meeting.RECORDED, State.CANCELLED}:
        raise ActionNotAllowed(_("Say whether the meeting took place."))
    check_minutes(meeting.minutes if minutes is None else minutes)
    if minutes is None or outcome != State.HELD:
        minutes = meeting.minutes
    if meeting.state not in Meeting.RECORDED:
        check_unchanged(meeting, expected_sequence)
        _record_first(meeting, outcome, minutes, met_at, by=by, at=at)
    elif (outcome, minutes) != (meeting.state, meeting.minutes):
        check_unchanged(meeting, expected_sequence)
        _correct(meeting, outcome, minutes, by=by, at=at)
    closing_talk.follow(meeting, at)
    pair_changed.send(Match, matches=[meeting.match_id])
    _write_note(meeting, learned, next_step, by=by, at=at)
    if meeting.state == State.HELD:
        ask_for_draft(meeting.match, at=at)


def _record_first(
    meeting: Meeting,
    outcome: str,
    minutes: int,
    met_at: datetime | None,
    *,
    by: User,
    at: datetime,
) -> None:
    if outcome == State.CANCELLED or not meeting.may_be_recorded_by(by, at):
        raise ActionNotAllowed(not_recordable(meeting, at))
    changes: dict[str, object] = {
        "recorded_at": at,
        "awaiting": None,
        "sequence": meeting.sequence + 1,
    }
    if outcome == State.HELD:
        changes |= {"minutes": minutes, **_time_of(meeting, met_at, by=by, at=at)}
    if outcome == State.MOVED:
        changes["moves"] = meeting.moves + 1
        if meeting.state == State.SET and meeting.has_open_proposal:
            _move_to_proposal(meeting, by=by, at=at)
            return
    if meeting.state == State.PROPOSED:
        # Between the last suggested time and the next run of `lapse_unanswered`.
        move(meeting, State.LAPSED, by=None, at=at, awaiting=None)
    move(meeting, outcome, by=by, at=at, why="", **changes)
    meeting.times.all().delete()


def _move_to_proposal(meeting: Meeting, *, by: User, at: datetime) -> None:
    """Give up the date that has passed; the times that are suggested wait for their answer."""
    first = meeting.times.earliest("starts_at")
    changes: dict[str, object] = {
        "on": first.on,
        "wall_time": first.wall_time,
        "zone": first.zone,
        "starts_at": first.starts_at,
        "moves": meeting.moves + 1,
        "sequence": meeting.sequence + 1,
    }
    move(meeting, State.PROPOSED, by=by, at=at, why="moved", **changes)


def not_recordable(meeting: Meeting, at: datetime) -> str:
    """Return the sentence why a meeting that is not recorded cannot be recorded at `at`."""
    if meeting.starts_at > at:
        return _("This meeting hasn't started yet.")
    return _("This meeting was cancelled. Record it as a past meeting if you met after all.")


def _time_of(
    meeting: Meeting, met_at: datetime | None, *, by: User, at: datetime
) -> dict[str, object]:
    """Return the date of a meeting that was never confirmed: one of those that were suggested."""
    if met_at is None or met_at == meeting.starts_at:
        return {}
    row = meeting.times.filter(starts_at=met_at).first()
    if row is None or row.starts_at > at:
        raise ActionNotAllowed(_("Choose one of the suggested times that have passed."))
    _check_not_recorded_twice(meeting, row.starts_at, by=by)
    return {
        "on": row.on,
        "wall_time": row.wall_time,
        "zone": row.zone,
        "starts_at": row.starts_at,
    }


def _correct(meeting: Meeting, outcome: str, minutes: int, *, by: User, at: datetime) -> None:
    """Change what was recorded, and keep what it was."""
    if not meeting.may_be_corrected_by(by, at):
        raise ActionNotAllowed(_too_late(meeting, by))
    if meeting.state == State.MOVED:
        _check_not_recorded_twice(meeting, meeting.starts_at, by=by)
    was = {"from_state": meeting.state, "from_minutes": meeting.minutes}
    is_move = (outcome == State.MOVED) - (meeting.state == State.MOVED)
    changes = {
        "minutes": minutes,
        "sequence": meeting.sequence + 1,
        "moves": max(meeting.moves + is_move, 0),
    }
    if outcome == meeting.state:
        Meeting.objects.filter(pk=meeting.pk).update(**changes)
        meeting.minutes, meeting.sequence = minutes, meeting.sequence + 1
    else:
        move(meeting, outcome, by=by, at=at, why="corrected", **changes)
    new = {"to_state": outcome, "to_minutes": minutes}
    Correction.objects.create(meeting=meeting, person=by, at=at, **was, **new)


def _too_late(meeting: Meeting, person: User) -> str:
    until = meeting.correctable_until
    if until is None or meeting.recorded_at is None:
        return _("This meeting was recorded long ago and can no longer be corrected.")
    zone = ZoneInfo(person.time_zone)
    return _(
        "This was recorded on %(day)s and could be corrected until %(last)s."
        " You can still add a note."
    ) % {
        "day": format_date(meeting.recorded_at.astimezone(zone), "DATE_FORMAT"),
        "last": format_date(until.astimezone(zone), "DATE_FORMAT"),
    }


def _write_note(
    meeting: Meeting, learned: str | None, next_step: str | None, *, by: User, at: datetime
) -> None:
    """Save the note of `by`; a note that was emptied is deleted."""
    if learned is None and next_step is None:
        return
    mine = LogEntry.objects.visible_to(by)
    if learned or next_step:
        entry: dict[str, object] = {"learned": learned or "", "next_step": next_step or ""}
        if not mine.filter(meeting=meeting, author=by, next_step=next_step or "").exists():
            entry["step_done_at"] = None  # another step, which is open again
        entry["written_at"] = at
        mine.update_or_create(meeting=meeting, author=by, defaults=entry)
    else:
        mine.filter(meeting=meeting, author=by).delete()


@transaction.atomic
def record_past(
    match: Match,
    *,
    by: User,
    when: WallTime,
    minutes: int,
    mode: str,
    at: datetime | None = None,
) -> Meeting:
    """Record a meeting that took place, whether or not it was planned here for this time.

    Sending the same form twice returns the meeting that it made. Raises ActionNotAllowed outside
    the pair, for a time in the future, for a length that no meeting has, and where another meeting
    of the pair is recorded for that time: it would be counted twice.
    """
    at = at or timezone.now()
    lock_match(match, by=by)
    check_minutes(minutes)
    when = when.real
    if when.starts_at > at:
        raise ActionNotAllowed(_("This time is in the future. Plan the meeting instead."))
    other = _overlapping(match, when.starts_at, minutes)
    if other is None:
        other = _new_past(match, when, minutes, mode, by=by)
    elif other.state == State.HELD:
        same = (other.starts_at, other.minutes, other.mode) == (when.starts_at, minutes, mode)
        if not same:
            raise ActionNotAllowed(_already_recorded(other, by))
        return other
    elif other.state == State.MISSED or other.starts_at != when.starts_at:
        raise ActionNotAllowed(_already_recorded(other, by))
    elif other.mode != mode:
        Meeting.objects.filter(pk=other.pk).update(mode=mode)
        other.mode = mode
    record(other, by=by, minutes=minutes, at=at)
    return other


def _new_past(match: Match, when: WallTime, minutes: int, mode: str, *, by: User) -> Meeting:
    return Meeting.objects.create(
        match=match,
        on=when.on,
        wall_time=when.wall_time,
        zone=when.zone,
        minutes=minutes,
        mode=mode,
        proposed_by=by,
        state=State.SET,
    )


def _check_not_recorded_twice(meeting: Meeting, starts_at: datetime, *, by: User) -> None:
    """Raise ActionNotAllowed if another meeting of the pair is recorded for this time."""
    other = _overlapping(meeting.match, starts_at, meeting.minutes, besides=meeting)
    if other is not None:
        raise ActionNotAllowed(_already_recorded(other, by))


def _overlapping(
    match: Match, starts_at: datetime, minutes: int, *, besides: Meeting | None = None
) -> Meeting | None:
    """Return the pair's meeting that overlaps this time and was not cancelled or moved away."""
    ends_at = starts_at + timedelta(minutes=minutes)
    first = starts_at - timedelta(minutes=MAX_MINUTES)
    rows = Meeting.objects.filter(match=match, starts_at__gte=first, starts_at__lt=ends_at)
    for row in rows.exclude(state__in=[State.CANCELLED, State.MOVED]):
        if row.ends_at > starts_at and row != besides:
            row.match = match
            return row
    return None


def _already_recorded(other: Meeting, person: User) -> str:
    local = other.starts_at.astimezone(ZoneInfo(person.time_zone))
    return _(
        "There is already a meeting on %(when)s (%(minutes)s minutes, %(state)s)."
        " Open that one to record or correct it."
    ) % {
        "when": format_date(local, "WEEKDAY_YEAR_TIME_FORMAT"),
        "minutes": other.minutes,
        "state": other.get_state_display().lower(),
    }
