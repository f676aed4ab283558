"""Until when a draft that no one sends is kept; its owner is told in each reminder.

The times are those of `draft_closing`, which closes the draft on the day after.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone

from .models import Application

AFTER_CLOSING = timedelta(days=14)
UNTOUCHED = timedelta(days=90)
UNTOUCHED_SHORT = timedelta(days=42)  # it holds a place of someone else


def kept_until(draft: Application) -> date:
    """Return the last day of a draft if nothing is saved any more."""
    touched: datetime = draft.saved_at or draft.created_at
    cohort = draft.cohort
    if draft.is_for_pair:
        forgotten = timezone.localdate(touched + UNTOUCHED_SHORT)
        return min(forgotten, cohort.ends_on) if cohort.ends_on else forgotten
    if cohort.closes_on is not None:
        return cohort.closes_on + AFTER_CLOSING
    return timezone.localdate(touched + UNTOUCHED)
