"""Background jobs: long work as a row with a state, stages, progress and a lease.

1. A job is created in the transaction that asks for it. Closing the page loses nothing.
2. A worker claims one job at a time and calls the runner that the job's app has registered.
3. Progress is written in short transactions of its own, so that a page can show it.
4. A worker that dies loses the job when its lease is over. Another one takes it: a runner must be
   able to start again. One that was only asleep finds that the job is no longer its own.
5. Work that failed or hangs is asked for once more by a chair: a new job with the same input, whose
   `retry_of` and `created_by` say what it repeats and who wanted it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from access.exceptions import ActionNotAllowed
from access.ids import PublicIdField

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)  # a runner reports progress more often than that
MAX_ATTEMPTS = 3
# After the lease is over another worker takes the job within seconds: if none does, all hang.
HANGS_AFTER = timedelta(minutes=10)
WAITS_AT_MOST = timedelta(minutes=30)


class Cancelled(Exception):
    """Raised in a runner that must stop: a member pressed Cancel, or another worker has the job."""


class State(models.TextChoices):
    """States of a job; the last three are final."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", pgettext_lazy("job", "Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", pgettext_lazy("job", "Cancelled")


OPEN = (State.QUEUED, State.RUNNING)


class Job(models.Model):
    """A piece of long work. Abstract: subclasses add what it is about and register a runner.

    `INPUT` names the fields that a retry has in common with the job; the first is what it is about.
    """

    State = State
    INPUT: ClassVar[tuple[str, ...]]

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
    # One to one: the database keeps that a job is run again once.
    retry_of = models.OneToOneField(
        "self", models.CASCADE, null=True, related_name="retry", editable=False
    )

    class Meta:
        abstract = True
        ordering = ["-created_at"]

    @property
    def kind(self) -> str:
        """The name of the model, as in the address at which it is run again."""
        return str(self._meta.model_name)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_hanging(self) -> bool:
        """Whether no worker moves it, although one should have for a long time."""
        return self._hangs_at(timezone.now())

    @property
    def is_stuck(self) -> bool:
        """Whether it can only go on if someone has it run again."""
        return self.state == State.FAILED or (self.is_hanging and not self.cancel_asked_at)

    def _hangs_at(self, at: datetime) -> bool:
        """Return in Python what `_hanging` asks of the database."""
        if self.state == State.QUEUED:
            return self.created_at < at - WAITS_AT_MOST
        if self.state != State.RUNNING or self.lease_until is None:
            return False
        return self.lease_until < at - HANGS_AFTER

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0

    @classmethod
    def of_same_subject(cls, subject: object) -> models.QuerySet[Self]:
        """Return the jobs about the same row, such as one file; `subject` may be an OuterRef."""
        return cls._base_manager.filter(**{cls.INPUT[0]: subject})

    @classmethod
    def with_retries(cls, rows: models.QuerySet[Self]) -> models.QuerySet[Self]:
        """Return `rows` with their retry and who wanted it, and `is_superseded` by later work."""
        later = cls.of_same_subject(OuterRef(cls.INPUT[0])).filter(pk__gt=OuterRef("pk"))
        rows = rows.select_related("created_by", "retry__created_by")
        return rows.annotate(is_superseded=Exists(later))  # type: ignore[return-value]  # with one more column

    def lock_subject(self) -> None:
        """Lock the row that the job is about until the transaction ends; before that of the job."""
        field = self._meta.get_field(self.INPUT[0])
        assert isinstance(field, models.ForeignKey)
        rows = field.remote_field.model._base_manager.select_for_update(no_key=True)
        list(rows.filter(pk=getattr(self, field.attname)).values_list("pk"))

    def give_up(self, error: str) -> None:
        """Let an open job fail, whoever has it."""
        self._set(
            Q(state__in=OPEN),
            state=State.FAILED,
            error=error,
            finished_at=timezone.now(),
            lease_until=None,
        )

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
            free & Q(attempts=self.attempts),
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

        Raises Cancelled once a member has asked for that, or another worker has the job.
        """
        now = timezone.now()
        running = self._is_mine & Q(cancel_asked_at=None)
        if not self._set(running, stage=stage, done=done, total=total, lease_until=now + LEASE):
            raise Cancelled

    @property
    def _is_mine(self) -> Q:
        """The row as this worker has claimed it: each claim counts one attempt more."""
        return Q(state=State.RUNNING, attempts=self.attempts)

    def complete(self) -> None:
        """Record in the transaction of the work itself that it is done.

        Raises Cancelled, which undoes the work, if the job is no longer this worker's own.
        """
        if not self.finish(State.DONE):
            raise Cancelled

    def finish(self, state: str, error: str = "") -> bool:
        """Record how the work ended; return whether it was still for this worker to say."""
        return self._set(
            self._is_mine,
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
    complete.alters_data = give_up.alters_data = True  # type: ignore[attr-defined]  # Django's mark of a method


J = TypeVar("J", bound=Job)

# Any: each takes jobs of its own model
RUNNERS: dict[type[Job], Callable[[Any], None]] = {}
INPUT_CHECKS: dict[type[Job], Callable[..., None]] = {}


def register(model: type[J], runner: Callable[[J], None], check_input: Callable[..., None]) -> None:
    """Register the function that does the work of `model`; called in the app's `ready()`.

    `check_input(job, by)` raises ActionNotAllowed when what a failed job needs is gone, or when
    `by` may not have it done.
    """
    RUNNERS[model], INPUT_CHECKS[model] = runner, check_input


STILL_HANGS = _(
    "This was run again once and hangs again. A worker takes it up by itself as soon as one runs:"
    " tell the person who looks after this installation."
)
FAILED_AGAIN = _(
    "This was run again once and failed again. The reason is on the page of the job or in the log."
    " Once it is put right, start the work anew where it began."
)


def check_retry(job: Job, by: AbstractBaseUser) -> None:
    """Raise ActionNotAllowed, which says why, if `by` can't have `job` done once more."""
    if job.is_open and not job.is_hanging:
        raise ActionNotAllowed(_("This job is waiting or running. Wait until it has ended."))
    if job.is_open and job.cancel_asked_at:
        raise ActionNotAllowed(_("Someone has asked to stop this job. It is not run again."))
    if not job.is_stuck:
        raise ActionNotAllowed(_("Only a job that has failed or hangs can be run again."))
    if job.retry_of_id is not None:  # type: ignore[attr-defined]  # every subclass has it
        raise ActionNotAllowed(STILL_HANGS if job.is_open else FAILED_AGAIN)
    same = job.of_same_subject(getattr(job, job.INPUT[0])).exclude(pk=job.pk)
    if same.filter(state__in=OPEN).exists():
        raise ActionNotAllowed(
            _("Another job about the same thing is waiting or running. Wait until it has ended.")
        )
    if same.filter(pk__gt=job.pk).exists():
        raise ActionNotAllowed(
            _("Someone has started newer work about the same thing. Go on from there.")
        )
    INPUT_CHECKS[type(job)](job, by)


def may_be_retried(job: Job, by: AbstractBaseUser) -> bool:
    """Return whether `by` can have `job` done once more."""
    try:
        check_retry(job, by)
    except ActionNotAllowed:
        return False
    return True


def find_retry(job: J) -> J | None:
    """Return the job that repeats a failed one, if anyone has asked for that."""
    return type(job)._base_manager.select_related("created_by").filter(retry_of=job).first()


@transaction.atomic
def retry(job: J, *, by: AbstractBaseUser) -> tuple[J, bool]:
    """Queue the work of a failed or hanging job once more, in the name of `by`.

    A hanging one fails first: its worker, should it wake up, can store nothing any more. Returns
    the job that repeats it, and whether it is new: pressing twice queues it once. Raises
    ActionNotAllowed as `check_retry` does.
    """
    rows = type(job)._base_manager
    job.lock_subject()
    fresh = rows.select_for_update(no_key=True).filter(pk=job.pk).first()
    if fresh is None:
        raise ActionNotAllowed(_("This job has been deleted."))
    made = find_retry(fresh)
    if made:
        return made, False
    check_retry(fresh, by)
    if fresh.is_open:
        fresh.give_up(str(_("No worker moved it for a long time. It was run again.")))
    same = {name: getattr(fresh, name) for name in fresh.INPUT}
    return rows.create(retry_of=fresh, created_by=by, total=fresh.total, **same), True


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


def _hanging(at: datetime) -> Q:
    """Return the condition of a row that `Job.is_hanging`."""
    is_left = Q(state=State.RUNNING, lease_until__lt=at - HANGS_AFTER)
    return is_left | Q(state=State.QUEUED, created_at__lt=at - WAITS_AT_MOST)


def hanging(at: datetime, limit: int = 5) -> list[Job]:
    """Return jobs of every kind that nobody has been told of and that no worker moves at `at`.

    Their worker reports nothing any more and none takes them over, or they wait for a worker.
    """
    found: list[Job] = []
    for model in RUNNERS:
        rows = model._base_manager.filter(_hanging(at), alarm_sent_at=None)
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
