"""A breaker against floods: a stolen committee account or a faulty planner must not write to everybody all day.

When far more letters were owed within a day than this installation has ever sent on one of the last 28, those that
still wait are held, and a human looks. Urgent letters pass: sign-in codes have limits of their own.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db.models import Count
from django.db.models.functions import TruncDate

from .models import Notification
from .models.outbox import RELEASED

log = logging.getLogger(__name__)

DAY = timedelta(days=1)
REMEMBERED = timedelta(days=28)
TIMES_USUAL = 3
ALWAYS_ALLOWED = 300  # letters a day
PER_ACCOUNT = 2  # two letters a day to everybody are unusual, yet not a flood
UNUSUAL = "far more letters than usual"


def limit(at: datetime) -> int:
    """How many letters within 24 hours pass without a question."""
    past = Notification.system.filter(
        is_urgent=False, sent_at__gt=at - REMEMBERED, sent_at__lte=at - DAY
    )
    days = (
        past.annotate(day=TruncDate("sent_at"))
        .values("day")
        .annotate(count=Count("pk"))
        .values_list("count", flat=True)
    )
    accounts = get_user_model()._default_manager.filter(is_active=True).count()
    return max(ALWAYS_ALLOWED, TIMES_USUAL * max(days, default=0), PER_ACCOUNT * accounts)


def hold_unusual(at: datetime) -> int:
    """Hold what waits if the last 24 hours are a flood; return how many letters were held."""
    owed = Notification.system.filter(is_urgent=False, created_at__gt=at - DAY)
    if owed.count() <= limit(at):
        return 0
    waiting = owed.filter(state=Notification.State.PENDING).exclude(reason=RELEASED)
    held = waiting.update(state=Notification.State.HELD, reason=UNUSUAL)
    if held:
        log.error("far more letters than usual: they are held back", extra={"held": held})
    return held
