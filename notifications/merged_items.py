"""What becomes of things that one e-mail tells together, once it is sent, waits or ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.utils import timezone

from . import known
from .models import MergedItem, Notification
from .reasons import TOLD_TOGETHER
from .reconcilers import reconciler

State = Notification.State
WAITING = (State.PENDING, State.HELD)


def attach(items: Iterable[Notification], into: Notification) -> None:
    """Let `items` wait in the e-mail `into`; one that waits in another one stays there."""
    rows = [MergedItem(item=item, into=into) for item in items]
    MergedItem.system.bulk_create(rows, ignore_conflicts=True)


def follow(
    into: Notification, changes: Mapping[str, object], parts: Sequence[tuple[int, str]]
) -> None:
    """Let the items follow `into`, which has just got these `changes`; in their transaction.

    What was told is sent with it. What was not told goes its own way once it has ended; after a
    failure never with others again, and to a member where nobody knows whether it was told.
    """
    links = MergedItem.system.filter(into=into, told_at=None)
    if not links.exists():
        return
    waiting = Notification.system.filter(
        pk__in=links.values("item"), state__in=WAITING, recipient=into.recipient_id
    )
    if changes["state"] == State.PENDING:
        waiting.filter(state=State.PENDING).update(next_at=changes.get("next_at", into.next_at))
        return
    if changes["state"] == State.SENT:
        _record_told(into, changes, dict(parts))
    has_failed = changes["state"] == State.FAILED
    after_failure = {"attempts": 1, "unknown_outcomes": into.unknown_outcomes + 1}
    waiting.update(next_at=timezone.now(), **(after_failure if has_failed else {}))
    links.delete()


def _record_told(
    into: Notification, changes: Mapping[str, object], parts: Mapping[int, str]
) -> None:
    told = Notification.system.filter(pk__in=parts, state__in=WAITING)
    for row in told.only("pk", "topic", "recipient").order_by("pk"):
        if parts[row.pk] and row.topic:
            sent_at = changes["sent_at"]
            assert isinstance(sent_at, datetime)
            known.learn(row.topic, parts[row.pk], person=row.recipient_id, at=sent_at)
    copied = {name: changes[name] for name in ("sent_at", "ended_at", "smtp_code", "sent_to")}
    told.update(state=State.SENT, reason=TOLD_TOGETHER, error="", body=None, **copied)
    MergedItem.system.filter(into=into, item__in=parts).update(told_at=changes["sent_at"])


@reconciler
def free_left_over(at: datetime) -> None:
    """Let go what waits in an e-mail that has ended otherwise, for instance by a person."""
    left = MergedItem.system.filter(told_at=None).exclude(
        into__state__in=[State.PENDING, State.SENDING]
    )
    ids = list(left.values_list("pk", "item"))
    if ids:
        Notification.system.filter(pk__in=[item for _pk, item in ids]).filter(
            state=State.PENDING
        ).update(next_at=at)
        MergedItem.system.filter(pk__in=[pk for pk, _item in ids]).delete()
