"""What Celery's beat wakes, with nothing due: its tasks, and the parts that they consist of.

`mentoring/tests/test_scale.py` compares the tasks with the schedule.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

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
Part = Callable[[], object]


def figures(timer: DatabaseTimer) -> Figures:
    """Return milliseconds by what was run; first everything that is due is done."""
    restore_guard.begin_run(timezone.now())
    first = 1000 * timer.seconds(lambda: _reconcile(timezone.now()))
    settle()
    found = {name: 1000 * median_of(timer, part, RUNS) for name, part in parts().items()}
    _note_reconciled(timezone.now())
    for task in BEAT_TASKS:
        found[f"task {task.rpartition('.')[2]}"] = 1000 * median_of(
            timer, import_string(task), RUNS
        )
    minutely = [_minutely(timer, import_string(SENDING)) for _run in range(RUNS)]
    found["task send_due_emails, once a minute with all reconcilers"] = sorted(minutely)[RUNS // 2]
    return {**found, "first run of all reconcilers after filling": first}


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


def _minutely(timer: DatabaseTimer, task: Part) -> float:
    _note_reconciled(None)
    return 1000 * timer.seconds(task)
