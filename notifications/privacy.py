"""What the outbox holds about a person, for the app that answers such questions; it sits above this one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from .models import MutedStream, Notification
from .models.outbox import ACCOUNT_MAIL
from .reconcilers import reconciler

KEPT = timedelta(days=90)


def export_letters(person: Any) -> dict[str, Any]:
    """When which letters were owed and sent, and what was turned off."""
    rows = Notification.objects.visible_to(person).order_by("pk")
    return {
        "letters": list(rows.values("kind", "state", "due_at", "sent_at", "reason")),
        "turned_off": list(
            MutedStream.objects.filter(person=person).values("stream", "since", "until")
        ),
    }


def erase_letters(person: Any) -> None:
    """Cancel what waits, forget addresses and finished texts. The rows stay for the counts, and name an empty person."""
    now = timezone.now()
    rows = Notification.system.filter(recipient=person)
    state = Notification.State
    waiting = rows.filter(state__in=[state.PENDING, state.HELD])
    waiting.update(state=state.CANCELLED, reason="the account was erased", ended_at=now, body=None)
    rows.exclude(state=state.SENDING).update(address=None, body=None)
    MutedStream.objects.filter(person=person).delete()


@reconciler
def purge(at: datetime) -> int:
    """Delete letters with codes that ended 90 days ago; return how many. The others stay, without text or address: their
    keys are the memory that they were sent."""
    ended = Notification.system.filter(kind=ACCOUNT_MAIL, ended_at__lt=at - KEPT)
    return ended.delete()[0]
