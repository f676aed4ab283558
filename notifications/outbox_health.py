"""Whether e-mail is being sent: for /healthz, the banner in the admin and `check_outbox`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TypedDict

from django.utils import timezone
from django.utils.translation import gettext as _

from access.bounded import count_up_to

from .models import Notification, OutboxState
from .reasons import words_of

STOPPED_AFTER = timedelta(minutes=2)  # without a run
COUNT_LIMIT = 1000
LATE_AFTER = timedelta(minutes=15)  # the oldest e-mail that is due


class Report(TypedDict):
    """Figures without personal data; none is counted further than `COUNT_LIMIT`."""

    healthy: bool
    problems: list[str]
    late_minutes: int  # of the oldest e-mail that is due
    last_run_seconds_ago: int | None
    waiting: int
    failed: int
    held: int


def report(at: datetime | None = None) -> Report:
    """Return how the outbox is at `at` (now); `healthy` is false when there are `problems`."""
    now = at or timezone.now()
    state = Notification.State
    late, outbox_state = _lateness(now), OutboxState.objects.first()
    found = list(_problems(outbox_state, late, now))
    last_run_at = outbox_state.last_run_at if outbox_state else None
    return {
        "healthy": not found,
        "problems": found,
        "late_minutes": _minutes(late),
        "last_run_seconds_ago": int((now - last_run_at).total_seconds()) if last_run_at else None,
        "waiting": _count(state.PENDING) + _count(state.SENDING),
        "failed": _count(state.FAILED),
        "held": _count(state.HELD),
    }


def problems(at: datetime) -> list[str]:
    """Return why e-mails may not be going out at `at`, without the figures of `report`."""
    return list(_problems(OutboxState.objects.first(), _lateness(at), at))


def _lateness(now: datetime) -> timedelta:
    """Return for how long the oldest e-mail that is due has waited."""
    pending = Notification.system.filter(state=Notification.State.PENDING, next_at__lte=now)
    oldest = pending.order_by("next_at").values_list("next_at", flat=True).first()
    return now - oldest if oldest else timedelta()


def _count(state: str) -> int:
    return count_up_to(Notification.system.filter(state=state), COUNT_LIMIT)


def _minutes(late: timedelta) -> int:
    return int(late.total_seconds() // 60)


def _problems(outbox_state: OutboxState | None, late: timedelta, now: datetime) -> Iterator[str]:
    if outbox_state is None or outbox_state.last_run_at is None:
        yield _("the process that sends e-mails has not run yet")
        return
    if now - outbox_state.last_run_at > STOPPED_AFTER:
        yield _("the process that sends e-mails has stopped")
    if outbox_state.blocked_reason:
        yield words_of(outbox_state.blocked_reason)
    if outbox_state.is_paused(now):
        yield _("sending is paused: %(why)s") % {"why": words_of(outbox_state.pause_reason)}
    if late > LATE_AFTER:
        minutes = _minutes(late)
        yield _("the oldest e-mail that is due is %(minutes)s minutes late") % {"minutes": minutes}
    if outbox_state.failing_reconcilers:
        names = ", ".join(outbox_state.failing_reconcilers)
        yield _("reminders cannot be scheduled: %(names)s") % {"names": names}
