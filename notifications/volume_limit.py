"""Holds back an unusual volume of e-mail, so that a stolen committee account or a faulty reconciler
cannot write to everyone all day.

When far more e-mails were enqueued within 24 hours than this installation has ever sent on one of
the last 28 days, those still waiting are held until a committee member releases them. Urgent
e-mails pass: sign-in codes have rate limits of their own.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db.models import Count
from django.db.models.functions import TruncDate

from access.bounded import count_up_to

from .models import Notification
from .reasons import OVER_LIMIT, RELEASED
from .several_at_once import SEVERAL

log = logging.getLogger(__name__)

DAY = timedelta(days=1)
HISTORY = timedelta(days=28)
PEAK_FACTOR = 3
MIN_LIMIT = 300  # e-mails a day
PER_ACCOUNT = 2  # two e-mails a day to everyone are unusual, but legitimate


def daily_limit(at: datetime) -> int:
    """Return how many e-mails may be enqueued within the 24 hours before `at`."""
    past = Notification.system.filter(
        is_urgent=False, sent_at__gt=at - HISTORY, sent_at__lte=at - DAY
    )
    by_day = past.annotate(day=TruncDate("sent_at")).values("day").annotate(count=Count("pk"))
    busiest = max(by_day.values_list("count", flat=True), default=0)
    accounts = get_user_model()._default_manager.filter(is_active=True).count()
    return max(MIN_LIMIT, PEAK_FACTOR * busiest, PER_ACCOUNT * accounts)


def hold_above_limit(at: datetime) -> int:
    """Hold what is waiting if the last 24 hours exceed the limit; return how many were held."""
    enqueued = Notification.system.filter(is_urgent=False, created_at__gt=at - DAY)
    enqueued = enqueued.exclude(kind=SEVERAL)  # what it tells is counted and held itself
    # Counted no further than needed: most days are far below the lowest limit there is.
    if count_up_to(enqueued, MIN_LIMIT + 1) <= MIN_LIMIT or enqueued.count() <= daily_limit(at):
        return 0
    waiting = enqueued.filter(state=Notification.State.PENDING).exclude(reason=RELEASED)
    held = waiting.update(state=Notification.State.HELD, reason=OVER_LIMIT)
    if held:
        log.error("far more e-mails than usual: held back", extra={"held": held})
    return held
