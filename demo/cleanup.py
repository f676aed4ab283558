"""Marks e-mails of the past as sent, so that a demo does not send them now."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q

from notifications import delivery_rules, known
from notifications.kinds import KINDS
from notifications.models import Notification
from notifications.reasons import EXPIRED, PERMANENT_FAILURE, REJECTED, SUPERSEDED
from notifications.recipients import recipient_of
from notifications.sender_policy import SenderPolicy

State = Notification.State
SENT_COLUMNS = ("state", "reason", "body", "attempts", "smtp_code", "sent_at", "ended_at")


def mark_past_emails_sent(now: datetime) -> None:
    """Mark past e-mails as sent, and reminders that came too late as expired.

    Those of the last hours stay as they are, so that the outbox is not empty.
    """
    # In the past of the demo nothing was sent, so later e-mails have replaced earlier ones.
    unsent = Q(state=State.PENDING) | Q(state=State.CANCELLED, reason=SUPERSEDED)
    waiting = Notification.system.filter(unsent, due_at__lt=now - timedelta(hours=6))
    over = Q(expires_at__lt=now - timedelta(days=2)) & Q(ordinal__gt=1)
    waiting.filter(over).update(
        state=State.EXPIRED, ended_at=F("expires_at"), reason=EXPIRED, body=None
    )
    sent = []
    for row in waiting.select_related("recipient"):
        row.sent_at = row.ended_at = _allowed_time(row)
        if row.sent_at < now:
            row.state, row.reason, row.body = State.SENT, "", None
            row.attempts, row.smtp_code = 1, 250
            sent.append(row)
    Notification.system.bulk_update(sent, SENT_COLUMNS, batch_size=500)
    _note_what_was_told()


def _allowed_time(row: Notification) -> datetime:
    """Return when an e-mail may be sent that is due: those that can wait not at night."""
    if row.is_urgent:
        return row.due_at
    zone = recipient_of(row).time_zone
    return delivery_rules.next_allowed_time(row.due_at, zone, SenderPolicy())


def _note_what_was_told() -> None:
    """Let the recipients know what the e-mails that count as sent have told them."""
    telling = [name for name, kind in KINDS.items() if kind.tells]
    sent = Notification.system.filter(state=State.SENT, kind__in=telling)
    for row in sent.select_related("recipient").order_by("sent_at"):
        about, tells = row.get_about(), KINDS[row.kind].tells
        if about and tells and row.topic and row.sent_at:
            digest = known.digest_of(tells(about, row.recipient))
            known.learn(row.topic, digest, person=row.recipient_id, at=row.sent_at)


def fail_one_email(now: datetime) -> None:
    """Mark one e-mail as failed, so that the committee sees what that looks like."""
    sent = (
        Notification.system.filter(state=State.SENT, kind="match-introduced").order_by("pk").first()
    )
    if sent:
        Notification.system.filter(pk=sent.pk).update(
            state=State.FAILED,
            sent_at=None,
            reason=REJECTED,
            smtp_code=550,
            error=f"{PERMANENT_FAILURE} 550 5.1.1",
        )
