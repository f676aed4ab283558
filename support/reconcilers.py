"""What time does to requests for support: asks whether it helped, ends them, erases old words.

Each looks by an index at the rows that are due. Running it twice changes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from notifications.reconcilers import reconciler
from notifications.reminders import PendingEmails, Reminder
from programs.retention_limits import BATCH, Theirs, text_limits

from .emails import OPEN_DAYS
from .models import Referral, SupportAnswer, SupportRequest, SupportRequestQuerySet
from .requesting import end

State, Outcome = SupportRequest.State, SupportRequest.Outcome
OPEN = timedelta(days=OPEN_DAYS)
KIND = "support-helped"


@reconciler
def ask_whether_it_helped(at: datetime) -> None:
    """Ask once for each answer, some time after it."""
    due = SupportRequest.system.filter(state=State.ANSWERED, ask_at__lte=at, ask_at__gt=at - OPEN)
    rows = list(due.filter(person__is_active=True).select_related("person").order_by("ask_at"))
    pending = PendingEmails([KIND], rows)
    for row in rows:
        if row.ask_at is not None:
            reminder = Reminder(row.turns, row.ask_at, row.ask_at + OPEN)
            pending.enqueue(KIND, reminder, to=row.person, about=row, at=at)


@reconciler
def close_without_reply(at: datetime) -> int:
    """Close answered requests about which nobody said that they are still needed."""
    due = SupportRequest.system.filter(state=State.ANSWERED, ask_at__lte=at - OPEN)
    ids = list(due.order_by("ask_at").values_list("pk", flat=True)[:BATCH])
    return sum(_close(pk, at) for pk in ids)


@transaction.atomic
def _close(pk: int, at: datetime) -> bool:
    locked = SupportRequest.system.select_for_update(no_key=True).filter(pk=pk)
    row = locked.filter(state=State.ANSWERED, ask_at__lte=at - OPEN).first()
    if row is not None:
        end(row, State.CLOSED, by=None, at=at, outcome=Outcome.NO_REPLY)
    return row is not None


@reconciler
def withdraw_after_the_cohort(at: datetime) -> int:
    """Withdraw unanswered requests of cohorts that are over; return how many.

    Their words are erased later, like those of others that have ended. The committee has two weeks
    for what was asked at the end, and what is about a pair goes on as long as the pair.
    """
    ids = list(_left(at).order_by("waiting_since").values_list("pk", flat=True)[:BATCH])
    return sum(_withdraw(pk, at) for pk in ids)


def _left(at: datetime) -> SupportRequestQuerySet:
    over = Q(application__cohort__ends_on__lt=timezone.localdate(at))
    asked = SupportRequest.system.filter(state=State.ASKED, waiting_since__lte=at - OPEN)
    return asked.filter(over, Q(match=None) | Q(match__closed_at__isnull=False))


@transaction.atomic
def _withdraw(pk: int, at: datetime) -> bool:
    locked = SupportRequest.system.select_for_update(no_key=True).filter(pk=pk)
    row = locked.filter(state=State.ASKED, waiting_since__lte=at - OPEN).first()
    if row is not None:
        end(row, State.WITHDRAWN, by=None, at=at)
    return row is not None


@reconciler
def erase_old_words(at: datetime) -> int:
    """Erase what was said in requests that ended long ago; return in how many."""
    return sum(
        _erase(theirs, before, at) + _erase_notes(theirs, before, at)
        for theirs, before in text_limits(at)
    )


@transaction.atomic
def _erase(theirs: Theirs, before: datetime, at: datetime) -> int:
    over = SupportRequest.system.filter(
        theirs("program"), texts_erased_at=None, ended_at__isnull=False, ended_at__lte=before
    )
    # While the pair goes on they are kept: they are the history of its care.
    over = over.filter(Q(match=None) | Q(match__closed_at__lte=before))
    ids = list(over.order_by("ended_at").values_list("pk", flat=True)[:BATCH])
    if ids:
        SupportAnswer.system.filter(request__in=ids).update(text="")
        SupportRequest.system.filter(pk__in=ids).update(text="", texts_erased_at=at)
    return len(ids)


def _erase_notes(theirs: Theirs, before: datetime, at: datetime) -> int:
    """Empty old notes of referrals, unless the pair still has its texts: they go with these."""
    over = Referral.system.filter(
        theirs("application__cohort__program"),
        Q(match=None) | Q(match__texts_erased_at__isnull=False),
        texts_erased_at=None,
        follow_up_on__lte=timezone.localdate(before),
    )
    ids = list(over.order_by("follow_up_on").values_list("pk", flat=True)[:BATCH])
    if ids:
        Referral.system.filter(pk__in=ids).update(note="", texts_erased_at=at)
    return len(ids)
