"""Planning a meeting: suggest times, answer, suggest others, cancel. See `models.meetings`.

A form names the `expected_sequence` that the person saw. What was changed since is shown first:
the verb raises MeetingChanged. A second click on the same button changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from accounts.wall_time import WallTime
from matches.models import Match
from matches.signals import pair_changed
from workflow.states import move

from . import closing_talk, time_checks
from .locking import check_unchanged, lock_match, lock_meeting
from .models import Agenda, Meeting, ProposedTime
from .notices import notify_pair

State = Meeting.State
NOT_MOVED = _("This meeting can no longer be moved. Plan a new one.")


@transaction.atomic
def plan_meeting(
    match: Match,
    *,
    by: User,
    times: Sequence[WallTime],
    minutes: int,
    mode: str,
    place: str = "",
    points: str = "",
    is_agreed: bool = False,
    is_closing_talk: bool = False,
    at: datetime | None = None,
) -> Meeting:
    """Suggest one to three times to the partner, or confirm the one both agreed on (`is_agreed`).

    Sending the same form twice returns the meeting that it made. Raises ActionNotAllowed outside
    the pair, after the end of the match, and for a time with a problem (`time_checks.problems`):
    a second meeting at the same time is refused, so that no agenda is lost. `is_closing_talk`: it
    is the one with which the pair ends.
    """
    at = at or timezone.now()
    lock_match(match, by=by)
    times = [when.real for when in times]
    time_checks.check_number(times, is_agreed=is_agreed)
    time_checks.check_minutes(minutes)
    known = {"minutes": minutes, "mode": mode, "proposed_by": by}
    known["state"] = State.SET if is_agreed else State.PROPOSED
    if made := _same_meeting(match, times, place, points, known, by=by):
        return made
    time_checks.raise_first(time_checks.problems(times, match, by=by, minutes=minutes, at=at))
    meeting = Meeting(match=match, **known)
    _set_date(meeting, min(times, key=lambda when: when.starts_at))
    if not is_agreed:
        meeting.awaiting = match.partner_of(by)
        meeting.lapses_at = max(when.starts_at for when in times)
    meeting.save()
    pair_changed.send(Match, matches=[match.pk])
    if not is_agreed:
        _write_times(meeting, times)
    Agenda.objects.create(meeting=meeting, author=by, place=place, points=points)
    notify_pair(meeting, by=by, at=at, is_calendar_change=is_agreed)
    if is_closing_talk:
        closing_talk.choose(meeting, by=by, at=at)
    return meeting


def _same_meeting(
    match: Match,
    times: Sequence[WallTime],
    place: str,
    points: str,
    known: dict[str, object],
    *,
    by: User,
) -> Meeting | None:
    """Return the meeting that the same form has made a moment ago, if there is one."""
    first = min(when.starts_at for when in times)
    for row in Meeting.objects.filter(match=match, starts_at=first, sequence=0, **known):
        agenda = Agenda.objects.visible_to(by).filter(meeting=row, place=place, points=points)
        is_same = row.state == State.SET or _starts(row) == {when.starts_at for when in times}
        if is_same and agenda.exists():
            row.match = match
            return row
    return None


@transaction.atomic
def suggest_times(
    meeting: Meeting,
    times: Sequence[WallTime],
    *,
    by: User,
    is_agreed: bool = False,
    expected_sequence: int | None = None,
    at: datetime | None = None,
) -> None:
    """Suggest other times for a meeting; the partner's answer is awaited then.

    A confirmed meeting keeps its date until the partner accepts. With `is_agreed` the one time
    becomes the date at once. Raises ActionNotAllowed as `plan_meeting`, once the meeting was
    recorded or cancelled, and MeetingChanged.
    """
    at = at or timezone.now()
    lock_meeting(meeting, by=by)
    times = [when.real for when in times]
    time_checks.check_number(times, is_agreed=is_agreed)
    starts = {when.starts_at for when in times}
    if _is_done(meeting, starts, by=by, is_agreed=is_agreed):
        return
    check_unchanged(meeting, expected_sequence)
    if not meeting.may_be_moved_by(by):
        raise ActionNotAllowed(NOT_MOVED)
    if meeting.state == State.SET and meeting.starts_at in starts:
        raise ActionNotAllowed(_("The meeting is already at this time. Enter another one."))
    found = time_checks.problems(
        times, meeting.match, by=by, minutes=meeting.minutes, at=at, meeting=meeting
    )
    time_checks.raise_first(found)
    was_at = meeting.set_for
    if is_agreed:
        meeting.proposed_by = by
        _confirm(meeting, times[0], by=by, at=at)
    else:
        _propose(meeting, times, by=by, at=at)
    notify_pair(meeting, by=by, at=at, is_calendar_change=is_agreed, was_at=was_at)


def _is_done(meeting: Meeting, starts: set[datetime], *, by: User, is_agreed: bool) -> bool:
    """Whether the same form was sent a moment ago."""
    if meeting.proposed_by_id != by.pk:
        return False
    if is_agreed:
        is_set = meeting.state == State.SET and not meeting.has_open_proposal
        return is_set and starts == {meeting.starts_at}
    return meeting.has_open_proposal and _starts(meeting) == starts


@transaction.atomic
def accept(
    meeting: Meeting,
    *,
    by: User,
    starts_at: datetime | None = None,
    expected_sequence: int | None = None,
    at: datetime | None = None,
) -> None:
    """Accept one of the suggested times; None means the only one.

    A second click does nothing. Raises ActionNotAllowed for anyone but the person whose answer is
    awaited, for a time that has passed, that clashes or was not suggested, and MeetingChanged.
    """
    at = at or timezone.now()
    lock_meeting(meeting, by=by)
    is_over = meeting.state == State.SET and not meeting.has_open_proposal
    if is_over and starts_at in {None, meeting.starts_at}:
        return
    check_unchanged(meeting, expected_sequence)
    if not meeting.may_be_answered_by(by, at):
        raise ActionNotAllowed(_("This meeting is not waiting for your answer."))
    chosen = _chosen(meeting, starts_at)
    if chosen.starts_at <= at:
        raise ActionNotAllowed(_("This time has passed. Choose another one or suggest new times."))
    if message := time_checks.clashes_of(meeting, chosen.starts_at, by=by):
        raise ActionNotAllowed(message)
    was_at = meeting.set_for
    _confirm(meeting, chosen.value, by=by, at=at)
    notify_pair(meeting, by=by, at=at, is_calendar_change=True, was_at=was_at)


def _chosen(meeting: Meeting, starts_at: datetime | None) -> ProposedTime:
    rows = list(meeting.times.all())
    found = [row for row in rows if starts_at in {None, row.starts_at}]
    if len(found) != 1:
        raise ActionNotAllowed(_("Choose one of the suggested times."))
    return found[0]


@transaction.atomic
def keep_date(
    meeting: Meeting,
    *,
    by: User,
    expected_sequence: int | None = None,
    at: datetime | None = None,
) -> None:
    """Drop the times that are suggested for a confirmed meeting: it stays at its date.

    Either of the two may do it: one withdraws, the other declines. A second click does nothing.
    Raises ActionNotAllowed for a meeting without a date of its own, and MeetingChanged.
    """
    lock_meeting(meeting, by=by)
    if meeting.state == State.SET and not meeting.has_open_proposal:
        return
    check_unchanged(meeting, expected_sequence)
    if meeting.state != State.SET:
        raise ActionNotAllowed(_("This meeting has no date yet that it could keep."))
    _update(meeting, {"awaiting": None, "lapses_at": None})
    meeting.times.all().delete()
    notify_pair(meeting, by=by, at=at or timezone.now())


@transaction.atomic
def cancel(
    meeting: Meeting,
    *,
    by: User,
    expected_sequence: int | None = None,
    at: datetime | None = None,
) -> None:
    """Cancel a meeting; a second click does nothing.

    Raises ActionNotAllowed outside the pair, once it has started or was recorded, and
    MeetingChanged.
    """
    at = at or timezone.now()
    lock_meeting(meeting, by=by)
    if meeting.state == State.CANCELLED:
        return
    check_unchanged(meeting, expected_sequence)
    if not meeting.may_be_cancelled_by(by, at):
        raise ActionNotAllowed(
            _("This meeting can no longer be cancelled. Record whether it took place.")
        )
    was_set = meeting.state == State.SET
    # `lapses_at` stays in a proposal: the e-mail then says that no date was confirmed.
    changes: dict[str, object] = {"awaiting": None}
    if was_set:
        changes["lapses_at"] = None
    _update(meeting, changes, to=State.CANCELLED, by=by, at=at)
    meeting.times.all().delete()
    notify_pair(meeting, by=by, at=at, is_calendar_change=was_set)


# --- what the verbs have in common; each runs inside their lock


def _propose(meeting: Meeting, times: Sequence[WallTime], *, by: User, at: datetime) -> None:
    changes: dict[str, object] = {
        "proposed_by": by,
        "awaiting": meeting.match.partner_of(by),
        "lapses_at": max(when.starts_at for when in times),
    }
    if meeting.state == State.SET:  # keeps its date
        _update(meeting, changes)
    else:
        first = min(times, key=lambda when: when.starts_at)
        changes |= {"recorded_at": None, **_date(first)}
        _update(meeting, changes, to=State.PROPOSED, by=by, at=at)
    _write_times(meeting, times)


def _confirm(meeting: Meeting, when: WallTime, *, by: User, at: datetime) -> None:
    is_move = meeting.state == State.SET
    changes: dict[str, object] = {
        "awaiting": None,
        "lapses_at": None,
        "recorded_at": None,
        "moves": meeting.moves + is_move,
        "proposed_by": meeting.proposed_by,
        **_date(when),
    }
    _update(meeting, changes, to=State.SET, by=by, at=at)
    meeting.times.all().delete()


def _update(
    meeting: Meeting,
    changes: dict[str, object],
    *,
    to: str = "",
    by: User | None = None,
    at: datetime | None = None,
) -> None:
    """Change the row and raise its sequence; record a transition where the state changes."""
    changes["sequence"] = meeting.sequence + 1
    if to and to != meeting.state:
        move(meeting, to, by=by, at=at, why="", **changes)
        closing_talk.follow(meeting, at or timezone.now())
    else:
        Meeting.objects.filter(pk=meeting.pk).update(**changes)
        for name, value in changes.items():
            setattr(meeting, name, value)
    pair_changed.send(Match, matches=[meeting.match_id])


def _write_times(meeting: Meeting, times: Sequence[WallTime]) -> None:
    meeting.times.all().delete()
    ProposedTime.objects.bulk_create(
        ProposedTime(
            meeting=meeting,
            on=when.on,
            wall_time=when.wall_time,
            zone=when.zone,
            starts_at=when.starts_at,
        )
        for when in times
    )


def _date(when: WallTime) -> dict[str, object]:
    return {
        "on": when.on,
        "wall_time": when.wall_time,
        "zone": when.zone,
        "starts_at": when.starts_at,
    }


def _set_date(meeting: Meeting, when: WallTime) -> None:
    for name, value in _date(when).items():
        setattr(meeting, name, value)


def _starts(meeting: Meeting) -> set[datetime]:
    return set(meeting.times.all().values_list("starts_at", flat=True))
