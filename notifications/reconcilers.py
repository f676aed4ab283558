"""Reconcilers: functions that create what should exist by now, run about once a minute.

An upper app registers one in its `ready()`. It reads the app's records and creates what is missing:
check-ins, reminders that have come due. It must be idempotent; the same code then also repairs what
a crash or a long downtime left undone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Q

from .models import OutboxState

log = logging.getLogger(__name__)

INTERVAL = timedelta(minutes=1)
Reconciler = Callable[[datetime], object]
RECONCILERS: dict[str, Reconciler] = {}


def reconciler(reconcile: Reconciler) -> Reconciler:
    """Register `reconcile(at)`; usable as a decorator. Registering it again changes nothing."""
    RECONCILERS[f"{reconcile.__module__}.{reconcile.__qualname__}"] = reconcile
    return reconcile


def run_reconcilers(at: datetime) -> list[str]:
    """Run every reconciler and return the names of those that failed.

    One that fails does not stop the others.
    """
    failed = []
    for name, reconcile in RECONCILERS.items():
        try:
            reconcile(at)
        except Exception:
            log.exception("reconciler failed", extra={"reconciler": name})
            failed.append(name)
    return failed


def reconcile_if_due(at: datetime) -> bool:
    """Run the reconcilers if the last run is a minute old; return whether they ran.

    Of several processes one wins the conditional UPDATE and runs them.
    """
    is_due = Q(reconciled_at=None) | Q(reconciled_at__lte=at - INTERVAL)
    clock_was_set_back = Q(reconciled_at__gt=at + INTERVAL)
    if not OutboxState.objects.filter(is_due | clock_was_set_back).update(reconciled_at=at):
        return False
    failing = run_reconcilers(at)
    OutboxState.objects.update(failing_reconcilers=failing)
    return True
