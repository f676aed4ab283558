"""Which e-mails a change of a meeting calls for.

Who acted knows what they did. Who did not act is told; both are, when the calendar changes: a date
is confirmed, moved or cancelled.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.models import User
from notifications.outbox import enqueue

from .models import Meeting

SOON = timedelta(hours=48)


def notify_pair(
    meeting: Meeting, *, by: User | None, at: datetime, is_calendar_change: bool = False
) -> None:
    """Enqueue the e-mails about a change that `by` (or time) has made."""
    kind = kind_for(meeting, at)
    for person in meeting.match.people:
        if person != by or is_calendar_change:
            enqueue(kind, to=person, about=meeting, ordinal=meeting.sequence + 1, at=at)


def kind_for(meeting: Meeting, at: datetime) -> str:
    """Return the kind of e-mail: one about a meeting that is soon does not wait for the morning."""
    starts = [meeting.starts_at, *meeting.times.all().values_list("starts_at", flat=True)]
    first = min((start for start in starts if start > at), default=meeting.starts_at)
    return "meeting-date-soon" if first - at <= SOON else "meeting-date"
