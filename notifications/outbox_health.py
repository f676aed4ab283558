"""Whether letters leave: for /healthz, the banner in the admin, and `manage.py check_outbox`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from .models import Notification, OutboxState

SILENT_AFTER = timedelta(minutes=2)  # no heartbeat: nobody sweeps
LATE_AFTER = timedelta(minutes=15)  # the oldest due letter


def report(at: datetime | None = None) -> dict[str, Any]:
    """Figures about the outbox without personal data; `healthy` is the sum of them, `problems` says it in words."""
    now = at or timezone.now()
    state = Notification.State
    rows = Notification.system.all()
    figures = rows.aggregate(
        waiting=Count("pk", filter=Q(state__in=[state.PENDING, state.SENDING])),
        failed=Count("pk", filter=Q(state=state.FAILED)),
        held=Count("pk", filter=Q(state=state.HELD)),
        oldest=Min("next_at", filter=Q(state=state.PENDING, next_at__lte=now)),
    )
    oldest = figures.pop("oldest")
    late = now - oldest if oldest else timedelta()
    sweeper = OutboxState.objects.first()
    problems = list(_problems(sweeper, late, now))
    return {
        "healthy": not problems,
        "problems": problems,
        "late_minutes": int(late.total_seconds() // 60),
        "swept_seconds_ago": int((now - sweeper.swept_at).total_seconds())
        if sweeper and sweeper.swept_at
        else None,
        **figures,
    }


def _problems(sweeper: OutboxState | None, late: timedelta, now: datetime) -> Any:
    if sweeper is None or sweeper.swept_at is None:
        yield _("the process that sends letters has not run yet")
        return
    if now - sweeper.swept_at > SILENT_AFTER:
        yield _("the process that sends letters has stopped")
    if sweeper.refused:
        yield sweeper.refused
    if sweeper.paused_until and sweeper.paused_until > now:
        yield _("sending is paused: %(why)s") % {"why": sweeper.pause_reason}
    if late > LATE_AFTER:
        minutes = int(late.total_seconds() // 60)
        yield _("the oldest due letter is %(minutes)s minutes late") % {"minutes": minutes}
    if sweeper.failing_planners:
        yield _("reminders cannot be planned: %(names)s") % {
            "names": ", ".join(sweeper.failing_planners)
        }
