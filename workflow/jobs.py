"""Background jobs: long work as a row with a state, stages, progress and a lease.

1. A job is created in the transaction that asks for it. Closing the page loses nothing.
2. A worker claims one job at a time and calls the runner that the job's app has registered.
3. Progress is written in short transactions of its own, so that a page can show it.
4. A worker that dies loses the job when its lease is over. Another one takes it: a runner must be
   able to start again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from access.ids import PublicIdField

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)  # a runner reports progress more often than that
MAX_ATTEMPTS = 3
# After the lease is over another worker takes the job within seconds: if none does, all hang.
HANGS_AFTER = timedelta(minutes=10)
WAITS_AT_MOST = timedelta(minutes=30)


class Cancelled(Exception):
    """Raised inside a runner at its next `advance()` after a member has pressed Cancel."""


class State(models.TextChoices):
    """States of a job; the last three are final."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


OPEN = (State.QUEUED, State.RUNNING)


class Job(models.Model):
    """A piece of long work. Abstract: subclasses add what it is about and register a runner."""

    State = State

    public_id = PublicIdField()
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    stage = models.CharField(max_length=80, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    cancel_asked_at = models.DateTimeField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    alarm_sent_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True
        ordering = ["-created_at"]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0

    def _set(self, where: Q, **changes: object) -> bool:
        """Update this row if it matches `where`; return whether it did."""
        changed = type(self)._base_manager.filter(where, pk=self.pk).update(**changes)
        if changed:
            for name, value in changes.items():
                setattr(self, name, value)
        return bool(changed)

    def claim(self, at: datetime) -> bool:
        """Take the job for this worker at `at`; return whether no other worker has it."""
        free = Q(state=State.QUEUED) | Q(state=State.RUNNING, lease_until__lt=at)
        return self._set(
            free,
            state=State.RUNNING,
            started_at=at,
            lease_until=at + LEASE,
            attempts=self.attempts + 1,
            alarm_sent_at=None,
        )

    def claim_alarm(self, at: datetime) -> bool:
        """Note that someone is told that it hangs; return whether nobody was told before."""
        return self._set(Q(alarm_sent_at=None, state__in=OPEN), alarm_sent_at=at)

    def release_alarm(self) -> None:
        """Let it be told again: the e-mail could not be sent."""
        self._set(Q(), alarm_sent_at=None)

    def advance(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Report progress (`done` of `total` parts) and extend the lease.

        Raises Cancelled once a member has asked for that.
        """
        now = timezone.now()
        running = Q(state=State.RUNNING, cancel_asked_at=None)
        if not self._set(running, stage=stage, done=done, total=total, lease_until=now + LEASE):
            raise Cancelled

    def finish(self, state: str, error: str = "") -> None:
        """Record how the work ended; does nothing if another worker has ended it."""
        self._set(
            Q(state=State.RUNNING),
            state=state,
            error=error.replace("\0", "�"),  # a quoted file may hold it, and no column can
            finished_at=timezone.now(),
            lease_until=None,
        )

    def cancel(self) -> None:
        """Ask the job to stop; a waiting job stops at once.

        Raises ActionNotAllowed if it has already ended.
        """
        now = timezone.now()
        if self._set(
            Q(state=State.QUEUED), state=State.CANCELLED, finished_at=now, cancel_asked_at=now
        ):
            return
        if not self._set(Q(state=State.RUNNING), cancel_asked_at=now):
            raise ActionNotAllowed(_("This can no longer be cancelled: it has already ended."))

    claim_alarm.alters_data = release_alarm.alters_data = True  # type: ignore[attr-defined]  # Django's mark of a method
    claim.alters_data = advance.alters_data = finish.alters_data = cancel.alters_data = True  # type: ignore[attr-defined]  # Django's mark of a method


J = TypeVar("J", bound=Job)

RUNNERS: dict[type[Job], Callable[[Any], None]] = {}  # Any: each takes jobs of its own model


def register(model: type[J], runner: Callable[[J], None]) -> None:
    """Register the function that does the work of `model`; called in the app's `ready()`."""
    RUNNERS[model] = runner


def run(job: Job) -> None:
    """Do one claimed job and record how it ended. A failure is recorded and not raised."""
    if job.attempts > MAX_ATTEMPTS:
        job.finish(
            State.FAILED,
            str(_("The work stopped several times without a result. Please try again.")),
        )
        return
    try:
        RUNNERS[type(job)](job)
    except Cancelled:
        job.finish(State.CANCELLED)
    except ActionNotAllowed as reason:
        job.finish(State.FAILED, str(reason))
    except Exception:
        if not type(job)._base_manager.filter(pk=job.pk).exists():
            return  # deleted while it ran: no one waits for its result
        log.exception("job failed", extra={"job": job._meta.label_lower, "job_id": job.pk})
        job.finish(
            State.FAILED,
            str(_("Something went wrong on our side. The error is in the log.")),
        )
    else:
        job.finish(State.DONE)


def hanging(at: datetime, limit: int = 5) -> list[Job]:
    """Return jobs of every kind that nobody has been told of and that no worker moves at `at`.

    Their worker reports nothing any more and none takes them over, or they wait for a worker.
    """
    is_left = Q(state=State.RUNNING, lease_until__lt=at - HANGS_AFTER)
    waits = Q(state=State.QUEUED, created_at__lt=at - WAITS_AT_MOST)
    found: list[Job] = []
    for model in RUNNERS:
        rows = model._base_manager.filter(is_left | waits, alarm_sent_at=None)
        found += rows.order_by("created_at")[: limit - len(found)]
    return found


def run_or_queue(*, is_small: bool, run: Callable[[], object], queue: Callable[[], J]) -> J | None:
    """Do small work while the page waits, and leave large work to a worker.

    Returns the queued job, None if the work was done at once.
    """
    if is_small:
        run()
        return None
    return queue()


def claim_and_run(job: Job, at: datetime) -> bool:
    """Run the job unless another worker has it; return whether it was run."""
    if not job.claim(at):
        return False
    run(job)
    return True


def run_due(limit: int = 5) -> int:
    """Claim and run waiting jobs of every kind, oldest first; return how many were run."""
    ran = 0
    for model in RUNNERS:
        at = timezone.now()
        due = Q(state=State.QUEUED) | Q(state=State.RUNNING, lease_until__lt=at)
        for job in model._base_manager.filter(due).order_by("created_at")[: limit - ran]:
            ran += claim_and_run(job, at)
    return ran
