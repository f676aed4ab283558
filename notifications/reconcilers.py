"""Planners: what should be is made true from the facts, about once a minute.

A planner belongs to an upper app, is registered in its `ready()`, looks down and creates what is missing: check-ins,
reminders that have come due. It must be idempotent; that also heals whatever a crash or a long stop left undone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Q

from .models import OutboxState

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)
Planner = Callable[[datetime], object]
PLANNERS: dict[str, Planner] = {}


def reconciler(plan: Planner) -> Planner:
    """Register `plan(at)`; usable as a decorator. Registering the same function again changes nothing."""
    PLANNERS[f"{plan.__module__}.{plan.__qualname__}"] = plan
    return plan


def run_planners(at: datetime) -> list[str]:
    """Run every planner; return the names of those that failed. One that fails does not stop the others."""
    failed = []
    for name, plan in PLANNERS.items():
        try:
            plan(at)
        except Exception:
            log.exception("planner failed", extra={"planner": name})
            failed.append(name)
    return failed


def plan_if_due(at: datetime) -> bool:
    """Run the planners if the last run is a minute old; of several sweepers one does it. Return whether it ran."""
    is_old = (
        Q(planned_at=None) | Q(planned_at__lte=at - EVERY) | Q(planned_at__gt=at + EVERY)
    )  # or the clock was set back
    if not OutboxState.objects.filter(is_old).update(planned_at=at):
        return False
    failing = run_planners(at)
    OutboxState.objects.update(failing_planners=failing)
    return True
