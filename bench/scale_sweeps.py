"""What Celery's beat wakes, with nothing due: its tasks, and the parts that they consist of.

`mentoring/tests/test_scale.py` compares the tasks with the schedule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from statistics import median

from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.module_loading import import_string

from bench.scale import Figures
from bench.timing import DatabaseTimer, median_of
from notifications import dispatch, restore_guard, volume_limit
from notifications.leases import claim
from notifications.models import Notification, OutboxState
from notifications.reconcilers import RECONCILERS, TURN, run_reconcilers

RUNS = 7
SENDING, JOBS = "notifications.tasks.send_due_emails", "workflow.tasks.run_jobs"
BEAT_TASKS = (SENDING, JOBS)  # all that the schedule of the settings wakes
PAUSE = timedelta(seconds=5)  # as the schedule says
# Which reconcilers run together follows from the second at which beat began to wake the task.
BEGINNINGS = [timedelta(seconds=second) for second in range(5)]
Part = Callable[[], object]


def figures(timer: DatabaseTimer) -> Figures:
    """Return milliseconds by what was run; first everything that is due is done."""
    restore_guard.begin_run(timezone.now())
    first = 1000 * timer.seconds(lambda: _reconcile(timezone.now()))
    settle()
    found = {name: 1000 * median_of(timer, part, RUNS) for name, part in parts().items()}
    found["task run_jobs"] = 1000 * median_of(timer, import_string(JOBS), RUNS)
    runs = _runs(timer, timezone.now().replace(second=0, microsecond=0))
    found["task send_due_emails, the usual run"] = median(runs)
    found["task send_due_emails, the run that costs most"] = max(runs)
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
        name: (lambda reconcile=reconcile: reconcile(at))  # type: ignore[misc]  # mypy can't infer a lambda with a default
        for name, reconcile in sorted(RECONCILERS.items())
    }
    return reconcilers | {
        "notifications.volume_limit.hold_above_limit": lambda: volume_limit.hold_above_limit(at),
        "notifications.dispatch.expire_old": lambda: dispatch.expire_old(at),
        "notifications.leases.claim": lambda: claim(long_ago),
    }


def settle() -> None:
    """Do what is due until nothing is, and take all e-mails that wait as sent.

    Then do what autovacuum, which is off in the test server, does within a minute.
    """
    for _again in range(5):
        _reconcile(timezone.now())
    waiting = Notification.system.filter(state=Notification.State.PENDING)
    waiting.update(state=Notification.State.SENT, sent_at=F("due_at"), ended_at=F("due_at"))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def _reconcile(at: datetime) -> None:
    if failed := run_reconcilers(at):
        raise RuntimeError(f"reconcilers failed: {failed}")


def _note_reconciled(at: datetime | None) -> None:
    OutboxState.objects.update(reconciled_at=at)


def windows(turn: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield from when to when a run looks, for every run in a turn with each beginning.

    The runs of one beginning run every reconciler once.
    """
    for beginning in BEGINNINGS:
        for number in range(TURN // PAUSE):
            since = turn + beginning + number * PAUSE
            yield since, since + PAUSE


def _runs(timer: DatabaseTimer, turn: datetime) -> list[float]:
    """Return what each of `windows` costs, with what runs in it and is due then."""
    taken: dict[tuple[datetime, datetime], list[float]] = {one: [] for one in windows(turn)}
    for _run in range(RUNS):
        for (since, at), times in taken.items():
            _note_reconciled(since)
            times.append(timer.seconds(partial(dispatch.send_due_emails, at)))
    return [1000 * median(times) for times in taken.values()]


def _after_a_stop(timer: DatabaseTimer) -> float:
    _note_reconciled(None)
    return 1000 * timer.seconds(import_string(SENDING))
