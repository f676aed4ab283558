"""Which e-mails a change of a meeting calls for.

Who acted knows what they did. Who did not act is told; both are, when the calendar changes: a date
is confirmed, moved or cancelled. Of these e-mails one waits at a time, and none is sent that would
tell a person what they know (`notifications.known`).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import User
from notifications.outbox import enqueue, is_waiting, note_known

from .models import Meeting

SOON = timedelta(hours=48)


def notify_pair(
    meeting: Meeting,
    *,
    by: User | None,
    at: datetime,
    is_calendar_change: bool = False,
    was_at: datetime | None = None,
) -> None:
    """Enqueue the e-mails about a change that `by` (or time) has made.

    `was_at`: the date that a move has replaced.
    """
    kind = kind_for(meeting, at, was_at)
    for person in meeting.match.people:
        if person != by or is_calendar_change:
            enqueue(kind, to=person, about=meeting, ordinal=meeting.sequence + 1, at=at)
        elif not (meeting.set_for and is_waiting(kind, person=person, about=meeting)):
            # An e-mail with a new date for the calendar waits until it can be sent, and then says
            # what holds: who suggests yet another date meanwhile still needs it.
            note_known(kind, person=person, about=meeting, at=at)


def kind_for(meeting: Meeting, at: datetime, was_at: datetime | None = None) -> str:
    """Return the kind of e-mail: one about a meeting that is soon does not wait for the morning.

    So does not one that a meeting that was to be soon (`was_at`) has been moved.
    """
    starts = [meeting.starts_at, *meeting.times.all().values_list("starts_at", flat=True)]
    starts += [was_at] if was_at else []
    first = min((start for start in starts if start > at), default=meeting.starts_at)
    return "meeting-date-soon" if first - at <= SOON else "meeting-date"
