"""Taking a letter, and saying how it ended: conditional UPDATEs, so that of many sweepers one wins.

A row leaves `pending` and `sending` only by an UPDATE that names its reason. A process that dies leaves the row in
`sending`; it comes back when its lease ends, by the clock of the database. Attempts count when the row is taken, so
a letter that kills its sweeper parks itself in the end.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now

from access.ids import new_public_id

from .models import Notification
from .models.outbox import NotificationQuerySet
from .rendering import message_id_for

log = logging.getLogger(__name__)
State = Notification.State

# With the usual lease of 360 s: one step of SMTP at most 60 s, one letter at most 90 s; nothing is begun in the second half.
USUAL_LEASE, STEP_SECONDS, LETTER_SECONDS, BEGIN_SHARE = 360, 60, 90, 1 / 2


def pace() -> float:
    """The setting OUTBOX_LEASE_SECONDS stretches or shrinks every clock of the sweeper, so that tests need not wait."""
    return settings.OUTBOX_LEASE_SECONDS / USUAL_LEASE


class OutOfTime(TimeoutError):
    """The budget of this letter is used up."""


class Lease:
    """A letter that this process may send for a while. Times are monotonic seconds, counted from before the claim."""

    def __init__(self, row: Notification, *, began: float) -> None:
        self.row = row
        self.began = began
        self.seconds = float(settings.OUTBOX_LEASE_SECONDS)
        self.send_by = self.began + self.seconds

    def left(self) -> float:
        return self.began + self.seconds - time.monotonic()

    def may_begin(self) -> bool:
        return self.left() > self.seconds * BEGIN_SHARE

    def begin_sending(self) -> None:
        self.send_by = min(time.monotonic() + LETTER_SECONDS * pace(), self.began + self.seconds)

    def step_seconds(self) -> float:
        """How long the next step of the conversation may take. Raises OutOfTime when no time is left."""
        left = self.send_by - time.monotonic()
        if left <= 0:
            raise OutOfTime
        return min(STEP_SECONDS * pace(), left)

    def record(self, state: str, **changes: Any) -> bool:
        """Write how it went, and go on trying until the database says so or the lease is over.

        Returns False when the row is not ours any more; then somebody else owns it and nothing was touched.
        """
        changes |= {"state": state, "lease_token": "", "lease_until": None}
        if state in (State.SENT, State.CANCELLED, State.EXPIRED):
            changes["body"] = None
        mine = Notification.system.filter(
            pk=self.row.pk, lease_token=self.row.lease_token, state=State.SENDING
        )
        pause = 0.05
        while True:
            try:
                return self._done(bool(mine.update(**changes)), state)
            except (OperationalError, InterfaceError):
                if connection.in_atomic_block or self.left() <= pause:
                    raise
                log.warning(
                    "cannot record yet", extra={"notification": self.row.pk, "wanted": state}
                )
                connection.close()
            time.sleep(pause)
            pause = min(pause * 2, 2.0)

    def _done(self, is_ours: bool, state: str) -> bool:
        if not is_ours:
            log.warning("the lease was over", extra={"notification": self.row.pk, "wanted": state})
        return is_ours


def claim(at: datetime) -> Lease | None:
    """Take the next letter: of those that are due the urgent ones first, then the oldest, then those whose sweeper
    vanished. None when there is nothing to do."""
    rows = Notification.system.all()
    for free in (rows.waiting(at), rows.vanished()):
        if free.exists():  # a look first: on SQLite the transaction below takes the write lock
            return _take_first(free)
    return None


def _take_first(free: NotificationQuerySet) -> Lease | None:
    began, token = time.monotonic(), new_public_id()
    with transaction.atomic():
        locked = free.select_for_update(skip_locked=True, of=("self",)).select_related("recipient")
        row = locked.order_by("-is_urgent", "next_at", "pk").first()
        if row is None:
            return None
        changes = {
            "lease_token": token,
            "attempts": row.attempts + 1,
            # It was on its way when its sweeper vanished: whether it left, nobody knows.
            "unknown": row.unknown + (row.state == State.SENDING),
            "message_id": row.message_id or message_id_for(row),
        }
        lease_until = Now() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
        if not free.filter(pk=row.pk).update(
            state=State.SENDING, lease_until=lease_until, **changes
        ):
            return None
    for name, value in changes.items():
        setattr(row, name, value)
    row.state = State.SENDING
    return Lease(row, began=began)
