"""One sweep: plan what is due, then send letter by letter until nothing is left or the time is over.

Any number of sweepers may run at once, on any number of machines. Each letter: claim, ask whether it is still wanted,
write, send outside any transaction, record. `notifications.tasks` and `manage.py sweep` call `sweep()`.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.mail import EmailMessage
from django.db.models import F
from django.utils import timezone

from . import delivery_rules, kinds, restore_guard, volume_limit
from .claiming import Lease, claim, pace
from .delivery import Line, Outcome, Result
from .kinds import Cancel, Email
from .models import Notification, OutboxState
from .reconcilers import plan_if_due
from .rendering import compose, finished, message, recipient_locale, recipient_of
from .sender_policy import SenderPolicy, sender_policy_of

log = logging.getLogger(__name__)
State = Notification.State

MAX_ATTEMPTS = 8
MAX_UNKNOWN = 4
BACKOFF_MINUTES = (1, 5, 15, 60, 240)
LOST_ANSWERS_IN_A_ROW = 5
LOST_ANSWERS_PAUSE = timedelta(minutes=15)
AWAY_PAUSE_SECONDS = (5, 15, 30, 60, 120, 300)
SWEEP_SECONDS = 60  # then it ends, long before anything would kill it; the next wake-up is 5 s away

stopping = (
    threading.Event()
)  # set when the process was asked to end: the letter under way is the last one


def sweep(at: datetime | None = None) -> int:
    """Plan and deliver; return how many letters were accepted. Does nothing where the instance guard refuses."""
    now = at or timezone.now()
    if not restore_guard.check_in(now):
        return 0
    if plan_if_due(now):
        volume_limit.hold_unusual(now)
    expire_old(now)
    return Delivery(clock=(lambda: at) if at else timezone.now).run()


def expire_old(at: datetime) -> int:
    """End waiting letters whose time is over; visibly, not silently. Return how many."""
    over = Notification.system.filter(expires_at__lte=at, state__in=[State.PENDING, State.HELD])
    failed = Notification.system.filter(expires_at__lte=at, state=State.FAILED)
    failed.filter(body__isnull=False).update(body=None)  # a code that is over need not be kept
    held = over.filter(state=State.HELD).update(state=State.EXPIRED, ended_at=at, body=None)
    return held + over.update(state=State.EXPIRED, reason="too late", ended_at=at, body=None)


def backoff(attempts: int) -> timedelta:
    """How long to wait after the n-th try, with jitter so that letters do not march in step."""
    minutes = BACKOFF_MINUTES[min(attempts, len(BACKOFF_MINUTES)) - 1]
    return timedelta(minutes=minutes * random.uniform(0.8, 1.2) * pace())


@dataclass
class Delivery:
    """Sends what is due. `clock` gives the present; with `is_strict` a kind's own errors are raised (for tests)."""

    clock: Callable[[], datetime] = timezone.now
    has_manners: bool = True
    is_strict: bool = False
    line: Line = field(default_factory=Line)

    def run(self) -> int:
        end = time.monotonic() + SWEEP_SECONDS * pace()
        sent = 0
        with self.line:
            while time.monotonic() < end and not stopping.is_set() and not self._is_paused():
                lease = claim(self.clock())
                if lease is None:
                    break
                sent += self._handle(lease)
        return sent

    def _is_paused(self) -> bool:
        return OutboxState.objects.filter(paused_until__gt=self.clock()).exists()

    def _handle(self, lease: Lease) -> bool:
        row, now = lease.row, self.clock()
        if row.unknown >= MAX_UNKNOWN:
            self._fail(lease, "outcome unknown, send again?")
        elif row.attempts > MAX_ATTEMPTS:
            self._fail(lease, "gave up after several tries")
        elif row.expires_at and row.expires_at <= now:
            lease.record(State.EXPIRED, reason="too late", ended_at=now)
        else:
            return self._try(lease)
        return False

    def _try(self, lease: Lease) -> bool:
        try:
            mail = self._write(lease)
            if mail is None:
                return False
            if not lease.may_begin():
                self._put_back(lease, "the sweeper was too slow")
                return False
            lease.begin_sending()
            outcome = self.line.send(mail, lease)
        except Exception as error:  # what a mail server does comes back as an outcome: this is the letter's own fault
            if self.is_strict:
                raise
            log.exception(
                "a letter cannot be written",
                extra={"notification": lease.row.pk, "kind": lease.row.kind},
            )
            self.line.hang_up()
            self._put_back(lease, f"cannot be written: {type(error).__name__}")
            return False
        return self._record(lease, outcome)

    def _write(self, lease: Lease) -> EmailMessage | None:
        """The message, or None when the row has been cancelled, expired or put off instead."""
        row = lease.row
        person = recipient_of(row)
        with recipient_locale(person):
            if row.is_account_mail:
                return message(row, person, Email(), finished(row), SenderPolicy())
            about = row.get_about()
            letter = self._still_wanted(row, person, about)
            if isinstance(letter, Cancel):
                lease.record(State.CANCELLED, reason=letter.reason[:120], ended_at=self.clock())
                return None
            house = sender_policy_of(row, letter.program)
            if self.has_manners and not (row.is_urgent or letter.urgent):
                wait = delivery_rules.wait_for_manners(row, person.time_zone, house, self.clock())
                if wait:
                    self._put_off(lease, wait)
                    return None
            return message(row, person, letter, compose(row, person, letter, house), house)

    def _still_wanted(self, row: Notification, person: Any, about: Any) -> Email | Cancel:
        if about is None:
            return Cancel("what it was about is gone")
        if not person.is_active:
            return Cancel("the account is closed")
        if delivery_rules.is_silenced(row, self.clock()):
            return Cancel("turned off by the person")
        return kinds.get(row.kind).write(about, person)

    def _put_off(self, lease: Lease, wait: delivery_rules.Wait) -> None:
        """Nothing was tried, so it does not count as a try."""
        row = lease.row
        if row.expires_at and row.expires_at <= wait.until:
            lease.record(State.EXPIRED, reason=wait.why, ended_at=self.clock())
        else:
            lease.record(State.PENDING, next_at=wait.until, attempts=F("attempts") - 1)

    def _put_back(self, lease: Lease, error: str, **changes: Any) -> None:
        changes = {
            "next_at": self.clock() + backoff(lease.row.attempts),
            "error": error[:300],
            **changes,
        }
        lease.record(State.PENDING, **changes)

    def _fail(self, lease: Lease, reason: str, **changes: Any) -> None:
        log.error(
            "a letter failed",
            extra={"notification": lease.row.pk, "kind": lease.row.kind, "why": reason},
        )
        lease.record(State.FAILED, reason=reason, ended_at=self.clock(), **changes)

    def _record(self, lease: Lease, outcome: Outcome) -> bool:
        now, row = self.clock(), lease.row
        error = " ".join(
            filter(None, (outcome.result.value, str(outcome.code or ""), outcome.detail))
        )
        if outcome.result is Result.ACCEPTED:
            lease.record(State.SENT, sent_at=now, ended_at=now, smtp_code=outcome.code, error="")
            troubled = OutboxState.objects.exclude(lost_answers=0, failed_connections=0)
            if troubled.exists():  # usually there is nothing to write
                troubled.update(lost_answers=0, failed_connections=0)
            return True
        if outcome.result is Result.REFUSED:
            self._fail(lease, "refused by the mail server", smtp_code=outcome.code, error=error)
        elif outcome.result is Result.LATER:
            self._put_back(lease, error, smtp_code=outcome.code)
        elif outcome.result is Result.AWAY:
            self._put_back(lease, error, next_at=now, attempts=F("attempts") - 1)
            self._pause_while_away(now)
        elif row.unknown + 1 >= MAX_UNKNOWN:
            self._fail(lease, "outcome unknown, send again?", unknown=F("unknown") + 1, error=error)
            self._count_lost_answer(now)
        else:
            self._put_back(lease, error, unknown=F("unknown") + 1)
            self._count_lost_answer(now)
        return False

    def _pause_while_away(self, now: datetime) -> None:
        """A server that cannot be reached is no letter's fault: everything waits a little, nothing counts as a try."""
        OutboxState.objects.update(failed_connections=F("failed_connections") + 1)
        failures = OutboxState.objects.values_list("failed_connections", flat=True).first() or 1
        seconds = AWAY_PAUSE_SECONDS[min(failures, len(AWAY_PAUSE_SECONDS)) - 1] * pace()
        log.warning(
            "the mail server is away", extra={"failures": failures, "pause_seconds": seconds}
        )
        OutboxState.objects.update(
            paused_until=now + timedelta(seconds=seconds), pause_reason="the mail server is away"
        )

    def _count_lost_answer(self, now: datetime) -> None:
        OutboxState.objects.update(lost_answers=F("lost_answers") + 1)
        lost = OutboxState.objects.filter(lost_answers__gte=LOST_ANSWERS_IN_A_ROW)
        if lost.update(
            paused_until=now + LOST_ANSWERS_PAUSE * pace(),
            pause_reason="answers get lost",
            lost_answers=0,
        ):
            log.error(
                "the mail server takes letters and does not answer: sending is paused for 15 minutes"
            )
