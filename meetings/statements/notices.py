"""Tells both of a completed pair, once, that their certificate and their hours are ready."""

from __future__ import annotations

from datetime import datetime, timedelta

from matches.models import Closure
from matches.thank_you_notes import COMPLETED
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails

WAIT, LATEST = timedelta(days=1), timedelta(days=14)
KIND = "certificate-ready"


@reconciler
def offer_certificates(at: datetime) -> None:
    """Enqueue the e-mail a day after a pair was completed; running it twice does nothing."""
    # By the match, which has an index on this column.
    recent = {"match__closed_at__lte": at - WAIT, "match__closed_at__gt": at - LATEST}
    rows = Closure.objects.in_force().filter(kind__in=COMPLETED, **recent)
    people = ("match__mentee__person", "match__mentor__person")
    closures = list(rows.select_related(*people).order_by("pk"))
    pending = PendingEmails([KIND], closures)
    for closure in closures:
        for person in closure.match.people:
            if person.is_active:
                pending.enqueue(KIND, to=person, about=closure, at=at)
