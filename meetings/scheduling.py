"""Planning meetings, notifying the partner, and recording meetings that were held."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from agreements.reconcilers import ask_for_draft
from matches.models import Match
from notifications.outbox import enqueue

from .models import NOT_OF_PAIR, Agenda, LogEntry, Meeting
from .wall_time import to_utc

State = Meeting.State
SOON = timedelta(hours=48)


@transaction.atomic
def plan_meeting(
    match: Match,
    *,
    by: User,
    on: date,
    wall_time: time,
    minutes: int,
    mode: str,
    place: str = "",
    points: str = "",
    is_agreed: bool = False,
    at: datetime | None = None,
) -> Meeting:
    """Propose a meeting to the partner, or confirm it when both agreed on it already (`is_agreed`).

    The time is in the zone of `by`. The same time again returns the existing meeting. Raises
    ActionNotAllowed outside the pair and after the end of the match.
    """
    if by not in match.people:
        raise ActionNotAllowed(NOT_OF_PAIR)
    if match.state == Match.State.CLOSED:
        raise ActionNotAllowed(_("This match has ended, so you can't plan meetings."))
    meeting = Meeting(
        match=match,
        on=on,
        wall_time=wall_time,
        zone=by.time_zone,
        minutes=minutes,
        mode=mode,
        proposed_by=by,
        state=State.SET if is_agreed else State.PROPOSED,
    )
    try:
        with transaction.atomic():
            meeting.save()
    except IntegrityError:
        return Meeting.objects.exclude(state=State.CANCELLED).get(
            match=match, starts_at=meeting.starts_at
        )
    Agenda.objects.create(meeting=meeting, place=place, points=points)
    notify_partner(meeting, by=by, at=at)
    return meeting


def notify_partner(meeting: Meeting, *, by: User, at: datetime | None = None) -> None:
    """Enqueue the e-mail about a change to the other person.

    It shows the meeting as it is when the e-mail is sent, also after several changes.
    """
    partner = meeting.match.partner_of(by)
    number = meeting.sequence * 2 + (1 if meeting.state == State.PROPOSED else 2)
    now = at or timezone.now()
    # E-mails about a meeting that is soon do not wait for the morning.
    kind = "meeting-date-soon" if meeting.starts_at - now <= SOON else "meeting-date"
    enqueue(kind, to=partner, about=meeting, ordinal=number, at=now)


@transaction.atomic
def accept(meeting: Meeting, *, by: User) -> None:
    """Confirm the partner's proposal; a second click does nothing. Raises as `Meeting.accept`."""
    if meeting.state == State.SET and meeting.is_of(by):
        return
    meeting.accept(by=by)
    notify_partner(meeting, by=by)


@transaction.atomic
def move_meeting(meeting: Meeting, on: date, wall_time: time, *, by: User) -> None:
    """Move a meeting to another time in its zone. Raises as `Meeting.move_to`, and for a clash."""
    try:
        with transaction.atomic():
            meeting.move_to(on, wall_time, by=by)
    except IntegrityError:
        raise ActionNotAllowed(
            _("You already have a meeting at this time. Choose another time.")
        ) from None
    notify_partner(meeting, by=by)


@transaction.atomic
def cancel(meeting: Meeting, *, by: User) -> None:
    """Cancel a meeting; a second click does nothing. Raises as `Meeting.cancel`."""
    if meeting.state == State.CANCELLED and meeting.is_of(by):
        return
    meeting.cancel(by=by)
    notify_partner(meeting, by=by)


@transaction.atomic
def record_held(
    meeting: Meeting,
    *,
    by: User,
    minutes: int | None = None,
    learned: str = "",
    next_step: str = "",
    at: datetime | None = None,
) -> None:
    """Record that a meeting took place, with a log entry of `by` if there is any text.

    When it was recorded before, only the entry is written. The first meeting of a pair makes the
    program ask for the agreement. Raises as `Meeting.mark_held`.
    """
    at = at or timezone.now()
    if not (meeting.state == State.HELD and meeting.is_of(by)):
        meeting.mark_held(by=by, minutes=minutes, at=at)
    if learned or next_step:
        entry = {"learned": learned, "next_step": next_step, "written_at": at}
        LogEntry.objects.visible_to(by).update_or_create(meeting=meeting, author=by, defaults=entry)
    ask_for_draft(meeting.match, at=at)


@transaction.atomic
def record_past(
    match: Match,
    *,
    by: User,
    on: date,
    wall_time: time,
    minutes: int,
    mode: str,
    at: datetime | None = None,
) -> Meeting:
    """Record a meeting that was not planned here; the same time again returns the existing one.

    Raises ActionNotAllowed outside the pair, and for a time in the future.
    """
    if by not in match.people:
        raise ActionNotAllowed(NOT_OF_PAIR)
    starts_at = to_utc(on, wall_time, by.time_zone)
    meeting = (
        Meeting.objects.exclude(state=State.CANCELLED)
        .filter(match=match, starts_at=starts_at)
        .first()
    )
    if meeting is None:
        meeting = Meeting.objects.create(
            match=match,
            on=on,
            wall_time=wall_time,
            zone=by.time_zone,
            minutes=minutes,
            mode=mode,
            proposed_by=by,
            state=State.SET,
        )
    record_held(meeting, by=by, minutes=minutes, at=at)
    return meeting
