"""Setting dates, and what follows from a meeting that was held."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from agreements.reconcilers import ask_for_draft
from matches.models import Match
from notifications.outbox import enqueue

from .models import Agenda, LogEntry, Meeting
from .wall_time import moment

State = Meeting.State
SOON = timedelta(hours=48)


@transaction.atomic
def plan_meeting(
    match: Match,
    *,
    by: Any,
    on: date,
    wall_time: time,
    minutes: int,
    mode: str,
    place: str = "",
    points: str = "",
    is_agreed: bool = False,
    at: datetime | None = None,
) -> Meeting:
    """Propose a date to the partner, or set it when both have agreed on it already (`is_agreed`).

    The time is on the clock of `by`. The same date again returns the meeting that there is. Raises Refused outside the
    pair and after the end of the match.
    """
    if by not in match.people:
        raise ActionNotAllowed(_("Only the two people of a match change its meetings."))
    if match.state == Match.State.CLOSED:
        raise ActionNotAllowed(_("This match has ended."))
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


def notify_partner(meeting: Meeting, *, by: Any, at: datetime | None = None) -> None:
    """Owe the other person the news of a date; of several changes the letter tells the last state."""
    partner = meeting.match.partner_of(by)
    number = meeting.sequence * 2 + (1 if meeting.state == State.PROPOSED else 2)
    now = at or timezone.now()
    # Within two days of a meeting news about it does not wait for the morning.
    kind = "meeting-date-soon" if meeting.starts_at - now <= SOON else "meeting-date"
    enqueue(kind, to=partner, about=meeting, ordinal=number, at=now)


@transaction.atomic
def accept(meeting: Meeting, *, by: Any) -> None:
    """Say yes to the partner's proposal. A second click does nothing."""
    if meeting.state == State.SET and meeting.is_of(by):
        return
    meeting.accept(by=by)
    notify_partner(meeting, by=by)


@transaction.atomic
def move_meeting(meeting: Meeting, on: date, wall_time: time, *, by: Any) -> None:
    try:
        with transaction.atomic():
            meeting.move_to(on, wall_time, by=by)
    except IntegrityError:
        raise ActionNotAllowed(_("There is another meeting at this time already.")) from None
    notify_partner(meeting, by=by)


@transaction.atomic
def cancel(meeting: Meeting, *, by: Any) -> None:
    if meeting.state == State.CANCELLED and meeting.is_of(by):
        return
    meeting.cancel(by=by)
    notify_partner(meeting, by=by)


@transaction.atomic
def record_held(
    meeting: Meeting,
    *,
    by: Any,
    minutes: int | None = None,
    learned: str = "",
    next_step: str = "",
    at: datetime | None = None,
) -> None:
    """It took place: note it with its minutes and, if there is something to say, the writer's log entry.

    When the partner was faster, only the entry is added. The first meeting of a pair asks for the agreement.
    """
    at = at or timezone.now()
    if not (meeting.state == State.HELD and meeting.is_of(by)):
        meeting.mark_held(by=by, minutes=minutes, at=at)
    if learned or next_step:
        words = {"learned": learned, "next_step": next_step, "written_at": at}
        LogEntry.objects.visible_to(by).update_or_create(meeting=meeting, author=by, defaults=words)
    ask_for_draft(meeting.match, at=at)


@transaction.atomic
def record_past(
    match: Match,
    *,
    by: Any,
    on: date,
    wall_time: time,
    minutes: int,
    mode: str,
    at: datetime | None = None,
) -> Meeting:
    """Note a meeting that took place without having been planned here. Raises Refused for one that is still to come."""
    if by not in match.people:
        raise ActionNotAllowed(_("Only the two people of a match change its meetings."))
    starts_at = moment(on, wall_time, by.time_zone)
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
