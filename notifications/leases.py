"""Claiming an e-mail and recording its result: conditional UPDATEs, so that one process wins.

1. A row leaves `pending` and `sending` only by an UPDATE that names its reason.
2. A process that dies leaves its row in `sending`. The row becomes free again when its lease ends,
   by the clock of the database.
3. Attempts are counted at the claim, so an e-mail that crashes the worker stops being retried.
4. An e-mail can be sent twice only if the process dies, or the server's reply is lost, between the
   server's acceptance and `Lease.record`: at most one duplicate per crash.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now
from django.utils import timezone

from access.ids import new_public_id

from . import known, merged_items
from .models import Notification
from .models.outbox import NotificationQuerySet
from .reasons import SUPERSEDED
from .rendering import message_id_for

log = logging.getLogger(__name__)
State = Notification.State

# In seconds, with the default lease. Nothing is started in the second half of a lease, so even an
# e-mail that uses all of its time ends well before another process may claim it.
DEFAULT_LEASE_SECONDS = 360
STEP_SECONDS = 60  # one SMTP command
EMAIL_SECONDS = 90  # one e-mail
START_SHARE = 1 / 2


def time_scale() -> float:
    """Return the factor for every duration of sending; tests shorten OUTBOX_LEASE_SECONDS."""
    return settings.OUTBOX_LEASE_SECONDS / DEFAULT_LEASE_SECONDS


class SendTimeout(TimeoutError):
    """The time for sending this e-mail is used up."""


class Lease:
    """The right to send one e-mail for a while.

    Times are seconds of the monotonic clock, which no change of the system time moves. They count
    from before the claim, so this process stops before the database gives the row to another one.
    """

    def __init__(self, row: Notification, *, began: float) -> None:
        self.row = row
        self.seconds = float(settings.OUTBOX_LEASE_SECONDS)
        self.ends = began + self.seconds
        self.send_by = self.ends

    def seconds_left(self) -> float:
        """Return how long the lease lasts; negative when it is over."""
        return self.ends - time.monotonic()

    def may_start(self) -> bool:
        """Return whether enough of the lease is left to start sending."""
        return self.seconds_left() > self.seconds * START_SHARE

    def start_sending(self) -> None:
        """Start the time limit for this e-mail, which `step_seconds` observes."""
        self.send_by = min(time.monotonic() + EMAIL_SECONDS * time_scale(), self.ends)

    def step_seconds(self) -> float:
        """Return how long the next SMTP command may take. Raises SendTimeout if no time is left."""
        left = self.send_by - time.monotonic()
        if left <= 0:
            raise SendTimeout
        return min(STEP_SECONDS * time_scale(), left)

    def record(self, state: str, **changes: object) -> bool:
        """End the lease with this state; retry until the database confirms or the lease is over.

        A row that should wait while a newer one of its topic waits is cancelled instead.
        Returns False, and writes nothing, if another process has claimed the row meanwhile.
        Raises OperationalError or InterfaceError if the database stays unreachable.
        """
        return self._record(state, changes)

    def record_sent(
        self,
        *,
        at: datetime,
        code: int | None,
        told: str,
        told_at: datetime | None = None,
        sent_to: str = "",
        parts: Sequence[tuple[int, str]] = (),
        is_urgent: bool = False,
    ) -> bool:
        """Record that the server accepted it at `at`, with this reply code; else as `record`.

        `told`: the digest of the state that it has told its recipient, as of `told_at`; or "".
        `sent_to`: the hash of the address that it went to. `parts`: see `Email`.
        `is_urgent`: it was not held back; stored, also where its kind is not urgent in general.
        """
        changes: dict[str, object] = {
            "sent_at": at,
            "ended_at": at,
            "smtp_code": code,
            "error": "",
            "sent_to": sent_to,
        }
        if is_urgent:
            changes["is_urgent"] = True
        return self._record(State.SENT, changes, told, told_at, parts)

    def _record(
        self,
        state: str,
        changes: dict[str, object],
        told: str = "",
        told_at: datetime | None = None,
        parts: Sequence[tuple[int, str]] = (),
    ) -> bool:
        changes |= {"state": state, "lease_token": "", "lease_until": None}
        if state in (State.SENT, State.CANCELLED, State.EXPIRED):
            changes["body"] = None
        pause = 0.05
        while True:
            # Retrying here closes the window in which an accepted e-mail is not yet recorded.
            try:
                return self._log_if_lost(self._write(changes, told, told_at, parts), state)
            except IntegrityError:
                if state not in (State.PENDING, State.HELD):
                    raise
                return self.record(State.CANCELLED, reason=SUPERSEDED, ended_at=timezone.now())
            except (OperationalError, InterfaceError):
                if connection.in_atomic_block or self.seconds_left() <= pause:
                    raise
                extra = {"notification": self.row.pk, "state": state}
                log.warning("the result cannot be recorded yet", extra=extra)
                connection.close()
            time.sleep(pause)
            pause = min(pause * 2, 2.0)

    @transaction.atomic
    def _write(
        self,
        changes: dict[str, object],
        told: str,
        told_at: datetime | None,
        parts: Sequence[tuple[int, str]],
    ) -> bool:
        """Write the result, what the recipient knows now and what was told with it, together."""
        row = self.row
        leased = Notification.system.filter(
            pk=row.pk, lease_token=row.lease_token, state=State.SENDING
        )
        is_recorded = bool(leased.update(**changes))
        if is_recorded and told and told_at and row.topic is not None:
            known.learn(row.topic, told, person=row.recipient_id, at=told_at)
        if is_recorded:
            merged_items.follow(row, changes, parts)
        return is_recorded

    def _log_if_lost(self, is_recorded: bool, state: str) -> bool:
        if not is_recorded:
            log.warning("the lease was over", extra={"notification": self.row.pk, "state": state})
        return is_recorded


def claim(at: datetime) -> Lease | None:
    """Claim the next e-mail that is due at `at`; None if there is none.

    Urgent ones first, then the oldest, then those whose process did not come back.
    """
    rows = Notification.system.all()
    for free in (rows.due(at).claimable(), rows.abandoned()):
        if free.exists():  # on SQLite the transaction below takes the write lock: look first
            try:
                return _claim_first(free, at)
            except IntegrityError:
                # Another process has just begun to send an older e-mail of the topic.
                return None
    return None


def _claim_first(free: NotificationQuerySet, at: datetime) -> Lease | None:
    began = time.monotonic()
    with transaction.atomic():
        # Locked rows are skipped, so that processes on PostgreSQL do not queue for the same row.
        # SQLite has no row locks; there, and always, the UPDATE below decides who wins.
        locked = free.select_for_update(no_key=True, skip_locked=True, of=("self",)).select_related(
            "recipient"
        )
        row = locked.order_by("-is_urgent", "next_at", "pk").first()
        if row is None:
            return None
        changes = {
            "lease_token": new_public_id(),
            "attempts": row.attempts + 1,
            # Its process did not come back: whether the e-mail was sent is unknown.
            "unknown_outcomes": row.unknown_outcomes + (row.state == State.SENDING),
            "message_id": row.message_id or message_id_for(row),
        }
        lease_until = Now() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
        won = free.filter(pk=row.pk).update(state=State.SENDING, lease_until=lease_until, **changes)
        if not won:
            return None
        if row.state == State.SENDING:
            known.forget(row, at=at)
    for name, value in changes.items():
        setattr(row, name, value)
    row.state = State.SENDING
    return Lease(row, began=began)
