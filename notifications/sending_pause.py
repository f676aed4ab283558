"""Pauses of all sending: while the mail server is away, and while it confirms nothing."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import F

from .leases import time_scale
from .models import OutboxState
from .reasons import NO_CONFIRMATION, NO_MAIL_SERVER

log = logging.getLogger(__name__)

LOST_REPLIES_LIMIT = 5  # in a row
LOST_REPLIES_PAUSE = timedelta(minutes=15)
UNAVAILABLE_PAUSE_SECONDS = (5, 15, 30, 60, 120, 300)


def reset_failure_counts() -> None:
    """Begin to count again, as the mail server has accepted an e-mail."""
    troubled = OutboxState.objects.exclude(lost_replies=0, failed_connections=0)
    if troubled.exists():  # usually there is nothing to write
        troubled.update(lost_replies=0, failed_connections=0)


def pause_while_unavailable(now: datetime) -> None:
    """Pause for a while, longer each time in a row that the mail server is not reached."""
    OutboxState.objects.update(failed_connections=F("failed_connections") + 1)
    failures = OutboxState.objects.values_list("failed_connections", flat=True).first() or 1
    number = min(failures, len(UNAVAILABLE_PAUSE_SECONDS)) - 1
    seconds = UNAVAILABLE_PAUSE_SECONDS[number] * time_scale()
    extra = {"failures": failures, "pause_seconds": seconds}
    log.warning("the mail server is unavailable", extra=extra)
    OutboxState.objects.update(
        paused_until=now + timedelta(seconds=seconds),
        pause_reason=NO_MAIL_SERVER,
    )


def count_lost_reply(now: datetime) -> None:
    """Pause after several lost replies in a row: each may have made a copy."""
    OutboxState.objects.update(lost_replies=F("lost_replies") + 1)
    over_limit = OutboxState.objects.filter(lost_replies__gte=LOST_REPLIES_LIMIT)
    if over_limit.update(
        paused_until=now + LOST_REPLIES_PAUSE * time_scale(),
        pause_reason=NO_CONFIRMATION,
        lost_replies=0,
    ):
        log.error("the mail server does not confirm what it receives: sending is paused")
