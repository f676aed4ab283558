"""Asks each of a completed pair to look back: some days after the end, and once more a week later.

Each is asked alone, and nothing waits for the answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from matches.models import Closure
from matches.thank_you_notes import COMPLETED
from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails, due_reminder

KIND = "reflection"
FIRST_DAYS, AGAIN_DAYS, LAST_DAYS = 5, 7, 14


@reconciler
def ask_to_reflect(at: datetime) -> None:
    """Enqueue the e-mail that is due to each; running it twice changes nothing."""
    oldest = at - timedelta(days=FIRST_DAYS + AGAIN_DAYS + LAST_DAYS)
    newest = at - timedelta(days=FIRST_DAYS)
    # By the match, which has an index on this column.
    ended = {"match__closed_at__lte": newest, "match__closed_at__gt": oldest}
    rows = Closure.objects.in_force().filter(kind__in=COMPLETED, **ended)
    people = ("match__mentee__person", "match__mentor__person")
    closures = list(rows.select_related(*people).order_by("pk"))
    pending = PendingEmails([KIND], closures)
    for closure in closures:
        since = closure.closed_at + timedelta(days=FIRST_DAYS)
        reminder = due_reminder(at, since=since, reminders=[AGAIN_DAYS], last_days=LAST_DAYS)
        for person in closure.match.people if reminder else ():
            if person.is_active:
                pending.enqueue(KIND, reminder, to=person, about=closure, at=at)
