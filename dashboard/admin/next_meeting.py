"""How the lists of pairs show the next meeting."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from meetings.models import Meeting
from programs.committee_admin import format_date


def next_meeting_text(starts_at: datetime | None, state: str | None) -> str:
    """Return the day of the next meeting; one that no one has accepted yet says so."""
    day = format_date(timezone.localdate(starts_at) if starts_at else None)
    if state == Meeting.State.PROPOSED:
        return _("%(day)s (suggested)") % {"day": day}
    return day
