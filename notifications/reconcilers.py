"""Reconcilers: functions that create what should exist by now, each run about once in two minutes.

An upper app registers one in its `ready()`. It reads the app's records and creates what is missing:
check-ins, reminders that have come due. It must be idempotent; the same code then also repairs what
a crash or a long downtime left undone.

The worker looks every few seconds. Each reconciler has its own second of every two minutes, so that
they do not all run at once; after a stop of two minutes or more they all do.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from django.db import transaction

from .models import OutboxState

log = logging.getLogger(__name__)

TURN = timedelta(minutes=2)  # in which each runs once
# Between one name and the next, as long as from one run to the next: those of one app, which ask
# for much, are not in one run. After the runs of a turn it goes on one second later, so that no two
# of up to 120 are due at one second, and they are spread evenly.
SECONDS_APART = 5
TURN_SECONDS = int(TURN.total_seconds())
RUNS_A_TURN = TURN_SECONDS // SECONDS_APART
Reconciler = Callable[[datetime], object]
RECONCILERS: dict[str, Reconciler] = {}


def reconciler(reconcile: Reconciler) -> Reconciler:
    """Register `reconcile(at)`; usable as a decorator. Registering it again changes nothing."""
    RECONCILERS[f"{reconcile.__module__}.{reconcile.__qualname__}"] = reconcile
    return reconcile


def run_reconcilers(at: datetime, names: Collection[str] | None = None) -> list[str]:
    """Run the reconcilers of these names, all by default; return the names of those that failed.

    One that fails does not stop the others.
    """
    failed = []
    for name, reconcile in RECONCILERS.items():
        if names is not None and name not in names:
            continue
        try:
            reconcile(at)
        except Exception:
            log.exception("reconciler failed", extra={"reconciler": name})
            failed.append(name)
    return failed


def second_of(name: str) -> int:
    """Return the second of every turn at which a reconciler is due; turns begin at even minutes."""
    number = sorted(RECONCILERS).index(name)
    return (number * SECONDS_APART + number // RUNS_A_TURN) % TURN_SECONDS


def due_reconcilers(since: datetime | None, at: datetime) -> list[str]:
    """Return the reconcilers whose second came after `since`, the last run, and by `at`.

    After a turn all are due. So they are if none has run yet, or if the clock was set back by a
    turn; where the clock of another machine is only a little ahead, none is.
    """
    if since is None or abs(at - since) >= TURN:
        return list(RECONCILERS)
    passed = (at - since).total_seconds()
    now = at.timestamp()
    return [name for name in RECONCILERS if (now - second_of(name)) % TURN_SECONDS < passed]


def reconcile_due(at: datetime) -> bool:
    """Run the reconcilers that are due at `at`; return whether any ran.

    Of several processes one wins the conditional UPDATE and runs them.
    """
    since = OutboxState.objects.values_list("reconciled_at", flat=True).first()
    due = due_reconcilers(since, at)
    if not due or not OutboxState.objects.filter(reconciled_at=since).update(reconciled_at=at):
        return False
    _note_failing(run_reconcilers(at, due), among=due)
    return True


def _note_failing(failed: Collection[str], *, among: Collection[str]) -> None:
    """Record which of those that ran have failed; what is known of the others stays."""
    with transaction.atomic():
        state = OutboxState.objects.select_for_update(no_key=True).get()
        others = {*state.failing_reconcilers}.intersection(RECONCILERS).difference(among)
        failing = sorted(others.union(failed))
        if failing != state.failing_reconcilers:
            state.failing_reconcilers = failing
            state.save(update_fields=["failing_reconcilers"])
