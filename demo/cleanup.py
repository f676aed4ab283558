"""Marks e-mails of the past as sent, so that a demo does not send them now."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Q

from notifications.models import Notification

State = Notification.State
REASON = "before the demo began"


def mark_past_emails_sent(now: datetime) -> None:
    """Mark past e-mails as sent, and reminders that came too late as expired.

    Those of the last hours stay as they are, so that the outbox is not empty.
    """
    waiting = Notification.system.filter(state=State.PENDING, due_at__lt=now - timedelta(hours=6))
    over = Q(expires_at__lt=now - timedelta(days=2)) & Q(ordinal__gt=1)
    waiting.filter(over).update(
        state=State.EXPIRED, ended_at=F("expires_at"), reason=REASON, body=None
    )
    waiting.update(
        state=State.SENT,
        sent_at=F("due_at"),
        ended_at=F("due_at"),
        attempts=1,
        smtp_code=250,
        body=None,
    )


def fail_one_email(now: datetime) -> None:
    """Mark one e-mail as failed, so that the committee sees what that looks like."""
    sent = (
        Notification.system.filter(state=State.SENT, kind="match-introduced").order_by("pk").first()
    )
    if sent:
        Notification.system.filter(pk=sent.pk).update(
            state=State.FAILED,
            sent_at=None,
            reason="mailbox unknown",
            smtp_code=550,
            error="550 5.1.1 no such mailbox",
        )
