"""What the clock does to pauses; run once in two minutes, and running it twice changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails, Reminder

from . import pauses
from .models import Pause, PauseRequest

REMIND_DAYS = 3  # before the last day is over


@reconciler
def follow_pauses(at: datetime) -> None:
    """Welcome back the pairs whose first day has come, and say some days before that it does."""
    people = ("match__mentee__person", "match__mentor__person")
    for found in Pause.objects.open().filter(back_at__lte=at).select_related("match"):
        pauses.note_return(found.match, at)
    soon = at + timedelta(days=REMIND_DAYS)
    ending = Pause.objects.open().filter(back_at__gt=at, back_at__lte=soon)
    rows = {row.pk: row for row in ending.select_related(*people) if _is_worth_a_reminder(row)}
    pending = PendingEmails([pauses.ENDS], rows.values())
    requests = PauseRequest.system.filter(pause__in=rows).select_related("person")
    for request in requests:
        found = rows[request.pause_id]
        if request.last_day >= found.last_day:
            reminder = Reminder(1, _due_at(found), found.back_at)
            pending.enqueue(
                pauses.ENDS,
                reminder,
                to=request.person,
                about=found,
                at=at,
                first_ordinal=found.changes,
            )


def _due_at(found: Pause) -> datetime:
    return found.back_at - timedelta(days=REMIND_DAYS)


def _is_worth_a_reminder(found: Pause) -> bool:
    """Whether the day was set some time ago: whoever has just set it knows it."""
    return (found.changed_at or found.started_at) < _due_at(found) - timedelta(days=1)
