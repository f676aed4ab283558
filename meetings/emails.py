"""E-mails about meetings. They carry nothing from the agenda, which stays on the site."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from matches.models import Match
from notifications.kinds import ESSENTIAL, Cancel, Email, kind
from notifications.links import absolute

from .models import Meeting

State = Meeting.State


@kind("meeting-date", about="meetings.Meeting", stream=ESSENTIAL)
def meeting_date(meeting: Meeting, person: User) -> Email | Cancel:
    """**To**: the partner of whoever acted. **When**: a date is proposed, confirmed, moved or
    cancelled, once per change. **Until**: the time of the meeting, or the end of the match."""
    if meeting.match.state == Match.State.CLOSED:
        return Cancel("the match has ended")
    if meeting.starts_at <= timezone.now() or meeting.state in {State.HELD, State.MISSED}:
        return Cancel("the time of the meeting has passed")
    is_asked = meeting.may_be_answered_by(person)
    return Email(
        context={
            "meeting": meeting,
            "partner": meeting.match.partner_of(person),
            "is_asked": is_asked,
            "is_cancelled": meeting.state == State.CANCELLED,
            "is_moved": meeting.moves > 0,
        },
        action=(
            _("Answer") if is_asked else _("View our meetings"),
            absolute(reverse("meetings:meeting-list", args=[meeting.match.public_id])),
        ),
        program=meeting.match.program,
        thread=meeting.match,
    )


@kind("meeting-date-soon", about="meetings.Meeting", stream=ESSENTIAL, urgent=True)
def meeting_date_soon(meeting: Meeting, person: User) -> Email | Cancel:
    """**To**: as "meeting-date". **When**: the same, for a meeting within 48 hours; at night too.
    **Until**: the same."""
    return meeting_date(meeting, person)
