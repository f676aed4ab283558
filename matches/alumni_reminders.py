"""Writes to both people of a completed pair half a year later, once."""

from __future__ import annotations

from datetime import datetime, timedelta

from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails

from .models import Closure
from .thank_you_notes import COMPLETED

KIND = "six-months-on"
WAIT, LATEST = timedelta(days=183), timedelta(days=197)


@reconciler
def look_back(at: datetime) -> None:
    """Enqueue the e-mail half a year after a pair was completed; twice changes nothing."""
    # By the match, which has an index on this column.
    then = {"match__closed_at__lte": at - WAIT, "match__closed_at__gt": at - LATEST}
    rows = Closure.objects.in_force().filter(kind__in=COMPLETED, **then)
    people = ("match__mentee__person", "match__mentor__person")
    closures = list(rows.select_related(*people).order_by("pk"))
    pending = PendingEmails([KIND], closures)
    for closure in closures:
        for person in closure.match.people:
            if person.is_active:
                pending.enqueue(KIND, to=person, about=closure, at=at)
