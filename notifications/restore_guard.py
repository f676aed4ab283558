"""Stops a restored or copied database from sending e-mails again.

1. The database knows which installation it belongs to (`INSTANCE_ID`). With another id it is a
   copy.
2. It counts the runs that send e-mail. The count, called epoch, is also written to a file outside
   the database. A database whose epoch is below the file's has been restored from a backup.
3. A database that has sent e-mail before, on a machine or volume without that file, has been
   restored there from a backup: a missing file is not zero.
4. `manage.py restore` leaves a database without an installation's id, whatever its epoch is.
5. In all these cases nothing is sent until someone runs `manage.py post_restore`, which holds
   everything that is due, and then releases what should be sent.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef

from .models import Notification, OutboxState
from .reasons import (
    EPOCH_UNREADABLE,
    EPOCH_UNWRITABLE,
    FOREIGN,
    NOT_ADOPTED,
    OLDER,
    RESTORED,
    SUPERSEDED,
    UNKNOWN_MACHINE,
)
from .reconcilers import run_reconcilers

log = logging.getLogger(__name__)

# Run by `manage.py restore` on what it has just loaded.
FORGET_INSTANCE_SQL = f"UPDATE {OutboxState._meta.db_table} SET instance_id = ''"  # noqa: S608  # our own table
RESTORE_STEPS: list[Callable[[], object]] = []


class UnreadableEpoch(Exception):
    """The epoch file exists but does not hold a number."""


def restore_step(step: Callable[[], object]) -> Callable[[], object]:
    """Register what must be done in a restored database before e-mail is sent. A decorator.

    For example, erasing again the people who were erased after the backup.
    """
    if step not in RESTORE_STEPS:
        RESTORE_STEPS.append(step)
    return step


def read_epoch() -> int | None:
    """Return the epoch in the file, None if there is no file. Raises UnreadableEpoch."""
    path = Path(settings.OUTBOX_EPOCH_FILE)
    try:
        return int(path.read_text())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UnreadableEpoch(str(path)) from error


def _read_epoch_or_zero() -> int:
    try:
        return read_epoch() or 0
    except UnreadableEpoch:
        return 0


def write_epoch(epoch: int) -> None:
    """Replace the file atomically, so that a crash leaves either the old or the new epoch."""
    path = Path(settings.OUTBOX_EPOCH_FILE)
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    temporary.write_text(str(epoch))
    temporary.replace(path)


def begin_run(at: datetime) -> bool:
    """Record the heartbeat and raise the epoch; return whether this database may send e-mail."""
    blocked = blocked_reason(load_state())
    if blocked:
        log.error("the outbox is blocked", extra={"why": blocked})
        OutboxState.objects.update(last_run_at=at, blocked_reason=blocked)
        return False
    OutboxState.objects.update(last_run_at=at, blocked_reason="", epoch=F("epoch") + 1)
    try:
        write_epoch(OutboxState.objects.values_list("epoch", flat=True)[0])
    except OSError:
        log.exception("the epoch file cannot be written")
        # Take the count back: a database with a count but without a file looks restored.
        OutboxState.objects.update(blocked_reason=EPOCH_UNWRITABLE, epoch=F("epoch") - 1)
        return False
    return True


def blocked_reason(outbox_state: OutboxState) -> str:
    """Return the code of the reason why this database must not send e-mail; empty if it may."""
    if not outbox_state.instance_id:
        return NOT_ADOPTED
    if outbox_state.instance_id != settings.INSTANCE_ID:
        return FOREIGN
    try:
        epoch = read_epoch()
    except UnreadableEpoch:
        return EPOCH_UNREADABLE
    if epoch is None and outbox_state.epoch:
        return UNKNOWN_MACHINE
    if epoch is not None and outbox_state.epoch < epoch:
        return OLDER
    return ""


def load_state() -> OutboxState:
    """Return the row; a database that has never sent e-mail becomes this installation's."""
    if state := OutboxState.objects.first():
        return state
    defaults = {"instance_id": settings.INSTANCE_ID, "epoch": _read_epoch_or_zero()}
    return OutboxState.objects.get_or_create(pk=1, defaults=defaults)[0]


def after_restore(at: datetime) -> tuple[int, list[str]]:
    """Hold everything that is due, then unblock this database.

    Returns how many e-mails are held and the names of steps that failed. While one fails, the
    database stays blocked; running this again is safe.
    """
    # Reconcilers run first, so that what the lost days had enqueued is enqueued again and held.
    failing = [*_run_steps(), *run_reconcilers(at)]
    if failing:
        return 0, failing
    state = Notification.State
    waiting = Notification.system.filter(state__in=[state.PENDING, state.HELD])
    newer = Exists(waiting.filter(topic=OuterRef("topic")))
    replaced = Notification.system.filter(newer, state=state.SENDING, due_at__lte=at)
    free = {"lease_token": "", "lease_until": None}
    replaced.update(state=state.CANCELLED, reason=SUPERSEDED, ended_at=at, body=None, **free)
    due = Notification.system.filter(state__in=[state.PENDING, state.SENDING], due_at__lte=at)
    held = due.update(state=state.HELD, reason=RESTORED, **free)
    adopt_database()
    return held, []


def _run_steps() -> list[str]:
    failed = []
    for step in RESTORE_STEPS:
        try:
            step()
        except Exception:
            log.exception("a step after the restore failed", extra={"step": step.__qualname__})
            failed.append(f"{step.__module__}.{step.__qualname__}")
    return failed


@transaction.atomic
def adopt_database() -> None:
    """Make this database the installation's own, with the higher of the two epochs."""
    outbox_state, _created = OutboxState.objects.select_for_update(no_key=True).get_or_create(pk=1)
    outbox_state.instance_id, outbox_state.blocked_reason = settings.INSTANCE_ID, ""
    outbox_state.epoch = max(outbox_state.epoch, _read_epoch_or_zero())
    outbox_state.save(update_fields=["instance_id", "blocked_reason", "epoch"])
    write_epoch(outbox_state.epoch)
