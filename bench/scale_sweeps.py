"""What Celery's beat wakes, with nothing due: its tasks, and the parts that they consist of.

`mentoring/tests/test_scale.py` compares the tasks with the schedule.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from statistics import median

from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string

from bench.scale import Figures
from bench.timing import DatabaseTimer, median_of
from notifications import dispatch, restore_guard, volume_limit
from notifications.leases import claim
from notifications.models import Notification, OutboxState
from notifications.reconcilers import RECONCILERS, run_reconcilers

RUNS = 7
SENDING, JOBS = "notifications.tasks.send_due_emails", "workflow.tasks.run_jobs"
BEAT_TASKS = (SENDING, JOBS)  # all that the schedule of the settings wakes
WAKES = [timedelta(seconds=seconds) for seconds in range(5, 61, 5)]  # as the schedule says
Part = Callable[[], object]


def figures(timer: DatabaseTimer) -> Figures:
    """Return milliseconds by what was run; first everything that is due is done."""
    restore_guard.begin_run(timezone.now())
    first = 1000 * timer.seconds(lambda: _reconcile(timezone.now()))
    settle()
    found = {name: 1000 * median_of(timer, part, RUNS) for name, part in parts().items()}
    found["task run_jobs"] = 1000 * median_of(timer, import_string(JOBS), RUNS)
    wakes = sorted(_wakes(timer, timezone.now()))
    found["task send_due_emails, the usual one of a minute"] = median(wakes)
    found["task send_due_emails, the one of a minute that costs most"] = wakes[-1]
    stopped = median(_after_a_stop(timer) for _run in range(RUNS))
    return {
        **found,
        "first run of all reconcilers after filling": first,
        "first run after a stop, of all reconcilers with nothing due": stopped,
    }


def parts() -> dict[str, Part]:
    """Return what a run of `send_due_emails` consists of, by name."""
    at = timezone.now()
    long_ago = datetime.min.replace(tzinfo=at.tzinfo)
    reconcilers: dict[str, Part] = {
        name: (lambda reconcile=reconcile: reconcile(at))  # type: ignore[misc]
        for name, reconcile in sorted(RECONCILERS.items())
    }
    return reconcilers | {
        "notifications.volume_limit.hold_above_limit": lambda: volume_limit.hold_above_limit(at),
        "notifications.dispatch.expire_old": lambda: dispatch.expire_old(at),
        "notifications.leases.claim": lambda: claim(long_ago),
    }


def settle() -> None:
    """Do what is due until nothing is, and take all e-mails that wait as sent."""
    for _again in range(5):
        _reconcile(timezone.now())
    waiting = Notification.system.filter(state=Notification.State.PENDING)
    waiting.update(state=Notification.State.SENT, sent_at=F("due_at"), ended_at=F("due_at"))


def _reconcile(at: datetime) -> None:
    if failed := run_reconcilers(at):
        raise RuntimeError(f"reconcilers failed: {failed}")


def _note_reconciled(at: datetime | None) -> None:
    OutboxState.objects.update(reconciled_at=at)


def _wakes(timer: DatabaseTimer, begin: datetime) -> list[float]:
    """Return what each run in a minute costs; together they run every reconciler once."""
    taken: list[list[float]] = [[] for _wake in WAKES]
    for _run in range(RUNS):
        _note_reconciled(begin)
        for times, after in zip(taken, WAKES, strict=True):
            times.append(timer.seconds(partial(dispatch.send_due_emails, begin + after)))
    return [1000 * median(times) for times in taken]


def _after_a_stop(timer: DatabaseTimer) -> float:
    _note_reconciled(None)
    return 1000 * timer.seconds(import_string(SENDING))
