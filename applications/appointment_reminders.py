"""Reminders about appointments for interviews. Run about once in two minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F

from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails, Reminder

from .appointment_emails import TOMORROW, UNANSWERED
from .interviews import HELD_IN
from .models import InterviewAppointment
from .models.appointments import ANSWER_DAYS

State = InterviewAppointment.State
ASK_AGAIN_DAYS = 3
DAY = timedelta(days=1)
KNOWN = ("application__person", "member")


@reconciler
def ask_again_for_a_time(at: datetime) -> None:
    """Ask applicants once more who have not answered for `ASK_AGAIN_DAYS`."""
    since = at - timedelta(days=ANSWER_DAYS), at - timedelta(days=ASK_AGAIN_DAYS)
    rows = InterviewAppointment.system.filter(
        state=State.PROPOSED,
        proposed_at__range=since,
        lapses_at__gt=at,
        application__state__in=HELD_IN,
    )
    due = list(rows.select_related("application__person"))
    pending = PendingEmails([UNANSWERED], due)
    for row in due:
        if row.lapses_at is not None:
            reminder = Reminder(1, row.proposed_at + timedelta(days=ASK_AGAIN_DAYS), row.lapses_at)
            to = row.application.person
            pending.enqueue(
                UNANSWERED, reminder, to=to, about=row, at=at, first_ordinal=row.sequence
            )


@reconciler
def remind_of_interviews(at: datetime) -> None:
    """Remind both a day before; not of a date that was chosen later than that."""
    rows = InterviewAppointment.system.all().ahead(at)
    near = rows.filter(starts_at__lte=at + DAY, application__state__in=HELD_IN)
    due = list(near.filter(chosen_at__lt=F("starts_at") - DAY).select_related(*KNOWN))
    pending = PendingEmails([TOMORROW], due)
    for row in due:
        if row.starts_at is not None:
            reminder = Reminder(1, row.starts_at - DAY, row.starts_at)
            for to in (row.application.person, row.member):
                pending.enqueue(
                    TOMORROW, reminder, to=to, about=row, at=at, first_ordinal=row.sequence
                )
