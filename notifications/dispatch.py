"""Sending what is due: reconcile, then send e-mail by e-mail until none is left or time is up.

Any number of processes may do this at once, on any number of machines. For each e-mail: claim it,
ask its kind whether it is still wanted, render it, send it outside any transaction, record the
result. The Celery task and `manage.py send_due_emails` both call `send_due_emails()`.
"""

from __future__ import annotations

import logging
import random
import re
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.mail import EmailMessage
from django.db.models import F
from django.utils import timezone

from access.placeholder_address import is_real

from . import (
    bounces,
    delivery_rules,
    known,
    restore_guard,
    sending_pause,
    several_at_once,
    volume_limit,
    work_hours,
)
from .building import build_email
from .delivery import DeliveryResult, DeliveryStatus, MailConnection
from .kinds import Cancel, Email
from .leases import Lease, claim, time_scale
from .models import Notification, OutboxState
from .outbox import digest_of_address
from .reasons import (
    ACCOUNT_ERASED,
    ADDRESS_BOUNCED,
    ATTEMPTS_FAILED,
    CANNOT_RENDER,
    EXPIRED,
    NO_ADDRESS,
    OUTCOME_UNKNOWN,
    OWN_HOUR,
    REJECTED,
    RELEASED,
    SLOW_RENDERING,
    WEEKLY_LIMIT,
)
from .recipients import Recipient, recipient_locale, recipient_of
from .reconcilers import reconcile_due
from .rendering import build_message, compose, stored_email
from .sender_policy import SenderPolicy, sender_policy_of

log = logging.getLogger(__name__)
State = Notification.State

MAX_ATTEMPTS = 8
MAX_UNKNOWN = 4
BACKOFF_MINUTES = (1, 5, 15, 60, 240)
AFTER_THE_LIMIT = timedelta(days=4)  # a weekend and its night may follow
ADDRESS_PAUSE = timedelta(hours=6)  # of e-mails to people without an address
# Servers repeat the address in their reply; the row names its recipient already.
ADDRESS = re.compile(r"[^\s<>@:]+@[^\s<>@:]+")
RUN_SECONDS = 60  # well below the task's time limit; the next run starts 5 s later

# Set when the process was asked to end: the e-mail being sent is then the last one.
stop_requested = threading.Event()


def send_due_emails(at: datetime | None = None) -> int:
    """Reconcile and send what is due at `at` (now); return how many e-mails were accepted.

    Sends nothing where `restore_guard` blocks the database.
    """
    now = at or timezone.now()
    if not restore_guard.begin_run(now):
        return 0
    if reconcile_due(now) and Notification.system.due(now).exists():
        volume_limit.hold_above_limit(now)
    expire_old(now)
    return Dispatcher(clock=(lambda: at) if at else timezone.now).run()


def expire_old(at: datetime) -> int:
    """End waiting e-mails whose `expires_at` has passed; return how many."""
    expired = Notification.system.filter(expires_at__lte=at)
    # A code that has expired need not be kept, even where sending it failed.
    expired.filter(state=State.FAILED, body__isnull=False).update(body=None)
    ended = {"state": State.EXPIRED, "ended_at": at, "body": None}
    held = expired.filter(state=State.HELD).update(**ended)  # keeps the reason why it was held
    return held + expired.filter(state=State.PENDING).update(reason=EXPIRED, **ended)


def backoff(attempts: int) -> timedelta:
    """Return how long to wait after the n-th attempt, with jitter to spread the load."""
    minutes = BACKOFF_MINUTES[min(attempts, len(BACKOFF_MINUTES)) - 1]
    return timedelta(minutes=minutes * random.uniform(0.8, 1.2) * time_scale())


@dataclass(frozen=True)
class OutgoingEmail:
    """A message, and the digest of the state that it tells, "" if it tells none.

    `is_urgent`: it is of an urgent kind, or its kind says of this one that it can't wait.
    """

    message: EmailMessage
    digest: str = ""
    parts: Sequence[tuple[int, str]] = ()
    is_urgent: bool = False


@dataclass
class Dispatcher:
    """Sends what is due.

    `clock` returns the present. Without `applies_delivery_rules` quiet hours and the weekly limit
    are ignored; with `is_strict` the errors of a kind are raised (both for tests).
    """

    clock: Callable[[], datetime] = timezone.now
    applies_delivery_rules: bool = True
    is_strict: bool = False
    connection: MailConnection = field(default_factory=MailConnection)

    def run(self) -> int:
        """Send until nothing is due, time is up or sending is paused; return how many."""
        end = time.monotonic() + RUN_SECONDS * time_scale()
        sent = 0
        with self.connection:
            while time.monotonic() < end and not stop_requested.is_set() and not self._is_paused():
                lease = claim(self.clock())
                if lease is None:
                    break
                sent += self._process(lease)
        return sent

    def _is_paused(self) -> bool:
        return OutboxState.objects.paused(self.clock()).exists()

    def _process(self, lease: Lease) -> bool:
        """Send one e-mail unless its limits are used up; return whether it was accepted."""
        row, now = lease.row, self.clock()
        if row.unknown_outcomes >= MAX_UNKNOWN:
            self._fail(lease, OUTCOME_UNKNOWN)
        elif row.attempts > MAX_ATTEMPTS:
            self._fail(lease, ATTEMPTS_FAILED)
        elif row.expires_at and row.expires_at <= now:
            lease.record(State.EXPIRED, reason=EXPIRED, ended_at=now)
        else:
            return self._attempt(lease)
        return False

    def _attempt(self, lease: Lease) -> bool:
        began = self.clock()
        try:
            outgoing = self._render(lease)
            if outgoing is None:
                return False
            if not lease.may_start():
                self._retry_later(lease, SLOW_RENDERING)
                return False
            lease.start_sending()
            result = self.connection.send(outgoing.message, lease)
        except Exception as error:
            # What a mail server does is returned as a result; an error here is this e-mail's own
            # and must not stop the others.
            if self.is_strict:
                raise
            log.exception(
                "an e-mail cannot be rendered",
                extra={"notification": lease.row.pk, "kind": lease.row.kind},
            )
            self.connection.close()
            self._retry_later(lease, f"{CANNOT_RENDER} {type(error).__name__}")
            return False
        return self._record_result(lease, result, outgoing, at=began)

    def _render(self, lease: Lease) -> OutgoingEmail | None:
        """Return the message, or None if the row was cancelled or postponed instead."""
        row = lease.row
        recipient = recipient_of(row)
        with recipient_locale(recipient):
            if row.is_account_email:
                if row.body is None:  # it was being sent when its recipient was erased
                    lease.record(State.CANCELLED, reason=ACCOUNT_ERASED, ended_at=self.clock())
                    return None
                policy = SenderPolicy()
                message = build_message(row, recipient, Email(), stored_email(row), policy)
                return OutgoingEmail(message)
            if not is_real(recipient.email):
                self._postpone(lease, delivery_rules.Wait(self.clock() + ADDRESS_PAUSE, NO_ADDRESS))
                return None
            built = build_email(row, recipient, self.clock())
            if isinstance(built, Cancel):
                lease.record(State.CANCELLED, reason=built.reason, ended_at=self.clock())
                return None
            email = built.email
            if self._is_stopped(row, recipient):
                bounces.adopt(row)
                self._hold_for_address(lease)
                return None
            policy = sender_policy_of(row, email.program)
            wait = self._required_wait(row, recipient, email, policy)
            if wait:
                self._postpone(lease, wait)
                return None
            may_merge = self.applies_delivery_rules and not email.urgent
            if may_merge and several_at_once.merge(lease, recipient, policy, self.clock()):
                return None
            rendered = compose(row, recipient, email, policy)
            message = build_message(row, recipient, email, rendered, policy)
            is_urgent = row.is_urgent or email.urgent
            return OutgoingEmail(message, built.digest, email.parts, is_urgent)

    def _is_stopped(self, row: Notification, recipient: Recipient) -> bool:
        """Return whether e-mails to its address came back; a member may let it go all the same."""
        if row.reason == RELEASED or bounces.may_be_tried(row):
            return False
        return bounces.is_stopped(row.address or recipient.email)

    def _hold_for_address(self, lease: Lease) -> None:
        """Keep it until the address works; someone without an account has no other one."""
        if lease.row.recipient_id is None:
            lease.record(State.CANCELLED, reason=ADDRESS_BOUNCED, ended_at=self.clock())
        else:
            lease.record(State.HELD, reason=ADDRESS_BOUNCED, attempts=F("attempts") - 1)

    def _required_wait(
        self, row: Notification, recipient: Recipient, email: Email, policy: SenderPolicy
    ) -> delivery_rules.Wait | None:
        if not self.applies_delivery_rules or email.urgent:
            return None
        if work_hours.may_wait(row.kind):
            return work_hours.required_wait(row, recipient.time_zone, self.clock())
        if row.is_urgent:
            return None
        return delivery_rules.required_wait(row, recipient.time_zone, policy, self.clock())

    def _postpone(self, lease: Lease, wait: delivery_rules.Wait) -> None:
        """Wait for the delivery rules. This does not count as an attempt."""
        row = lease.row
        if wait.why == WEEKLY_LIMIT and row.expires_at:
            # It is told with others then, if it is still true; see `several_at_once`.
            later = max(row.expires_at, wait.until + AFTER_THE_LIMIT)
            lease.record(
                State.PENDING, next_at=wait.until, expires_at=later, attempts=F("attempts") - 1
            )
        elif row.expires_at and row.expires_at <= wait.until:
            lease.record(State.EXPIRED, reason=wait.why, ended_at=self.clock())
        else:
            lease.record(State.PENDING, next_at=wait.until, attempts=F("attempts") - 1)
            if wait.why == OWN_HOUR:
                self._follow_newer_choice(row, wait)

    def _follow_newer_choice(self, row: Notification, wait: delivery_rules.Wait) -> None:
        """Look at an e-mail again if its reader has chosen another hour in the meantime."""
        recipient, now = recipient_of(row), self.clock()
        if work_hours.required_wait(row, recipient.time_zone, now) != wait:
            work_hours.look_again(row.recipient_id, at=now)

    def _retry_later(self, lease: Lease, error: str, **changes: object) -> None:
        next_at = self.clock() + backoff(lease.row.attempts)
        lease.record(State.PENDING, **{"next_at": next_at, "error": error[:300], **changes})

    def _fail(self, lease: Lease, reason: str, **changes: object) -> None:
        row = lease.row
        extra = {"notification": row.pk, "kind": row.kind, "why": reason}
        log.error("an e-mail failed", extra=extra)
        lease.record(State.FAILED, reason=reason, ended_at=self.clock(), **changes)

    def _record_result(
        self, lease: Lease, result: DeliveryResult, outgoing: OutgoingEmail, *, at: datetime
    ) -> bool:
        """Write the result to the row; return whether the e-mail was accepted.

        The state that it told is as it was at `at`.
        """
        now, code = self.clock(), result.code
        detail = ADDRESS.sub("(address)", result.detail)
        error = " ".join(filter(None, (result.status.value, str(code or ""), detail)))
        match result.status:
            case DeliveryStatus.ACCEPTED:
                sent_to = digest_of_address(outgoing.message.to[0])
                told = outgoing.digest
                lease.record_sent(
                    at=now,
                    code=code,
                    told=told,
                    told_at=at,
                    sent_to=sent_to,
                    parts=outgoing.parts,
                    is_urgent=outgoing.is_urgent,
                )
                sending_pause.reset_failure_counts()
            case DeliveryStatus.PERMANENT_FAILURE:
                self._fail(lease, REJECTED, smtp_code=code, error=error)
                self._record_refusal(lease.row, result, now)
            case DeliveryStatus.TEMPORARY_FAILURE:
                self._retry_later(lease, error, smtp_code=code)
            case DeliveryStatus.UNAVAILABLE:
                self._retry_later(lease, error, next_at=now, attempts=F("attempts") - 1)
                sending_pause.pause_while_unavailable(now)
            case DeliveryStatus.UNKNOWN:
                self._record_unknown(lease, error)
                sending_pause.count_lost_reply(now)
        return result.status is DeliveryStatus.ACCEPTED

    def _record_refusal(self, row: Notification, result: DeliveryResult, at: datetime) -> None:
        """Mark the address if the refusal is about it.

        Should the process die before, the next e-mail to the address is refused and marks it.
        """
        severity = bounces.Severity.HARD
        if not result.is_refused:
            severity = bounces.classify(
                result.detail, code=result.code, is_about_address=result.is_about_address
            )
        bounces.record(row, severity, status=result.detail, at=at)

    def _record_unknown(self, lease: Lease, error: str) -> None:
        one_more = F("unknown_outcomes") + 1
        known.forget(lease.row, at=self.clock())
        if lease.row.unknown_outcomes + 1 >= MAX_UNKNOWN:
            self._fail(lease, OUTCOME_UNKNOWN, unknown_outcomes=one_more, error=error)
        else:
            self._retry_later(lease, error, unknown_outcomes=one_more)
