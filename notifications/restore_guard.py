"""The guard against a second life: a restored or copied database must not write to people again.

The database knows which installation it belongs to, and counts its sweeps. The count also stands in a file outside
the database. A database whose count is behind the file's has been restored; one with another instance id is a copy.
Either way nothing leaves until `manage.py post_restore` was run and a human has released what it held.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F

from .models import Notification, OutboxState
from .reconcilers import run_planners

log = logging.getLogger(__name__)

RESTORED = "the database was restored"
RESTORE_STEPS: list[Callable[[], object]] = []


def restore_step(step: Callable[[], object]) -> Callable[[], object]:
    """Register work that a restored database needs before anything leaves, such as erasing people once more."""
    if step not in RESTORE_STEPS:
        RESTORE_STEPS.append(step)
    return step


class Unreadable(Exception):
    """The epoch file is there but says nothing that we understand."""


def read_epoch() -> int:
    """The count in the file; 0 when there is none. Raises Unreadable for anything but a number."""
    path = Path(settings.OUTBOX_EPOCH_FILE)
    try:
        return int(path.read_text())
    except FileNotFoundError:
        return 0
    except (OSError, ValueError) as error:
        raise Unreadable(str(path)) from error


def write_epoch(epoch: int) -> None:
    """Replace the file in one step, so that a crash leaves the old or the new count."""
    path = Path(settings.OUTBOX_EPOCH_FILE)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(str(epoch))
    fresh.replace(path)


def check_in(at: datetime) -> bool:
    """Heartbeat and guard in one: raise the count and return whether letters may leave."""
    sweeper = OutboxState.objects.first() or _first_sweep()
    refused = why_not(sweeper)
    if refused:
        log.error("the outbox is closed", extra={"why": refused})
        OutboxState.objects.update(swept_at=at, refused=refused)
        return False
    OutboxState.objects.update(swept_at=at, refused="", epoch=F("epoch") + 1)
    try:
        write_epoch(OutboxState.objects.values_list("epoch", flat=True)[0])
    except OSError:
        log.exception("the epoch file cannot be written")
        OutboxState.objects.update(refused="the epoch file cannot be written")
        return False
    return True


def why_not(sweeper: OutboxState) -> str:
    """Why this database must not send, in words for the operator; empty when it may."""
    if sweeper.instance_id != settings.INSTANCE_ID:
        return "this database belongs to another installation; run post_restore"
    try:
        if sweeper.epoch < read_epoch():
            return "this database is older than its last sweep; run post_restore"
    except Unreadable:
        return "the epoch file cannot be read; run post_restore"
    return ""


def _first_sweep() -> OutboxState:
    """A database that nobody ever swept has sent nothing that could be sent again: it becomes ours."""
    try:
        epoch = read_epoch()
    except Unreadable:
        epoch = 0
    return OutboxState.objects.get_or_create(
        pk=1, defaults={"instance_id": settings.INSTANCE_ID, "epoch": epoch}
    )[0]


def after_restore(at: datetime) -> tuple[int, list[str]]:
    """Hold back every letter that is due, then let this database sweep; return how many are held and what failed.

    Planners run first, so that letters which the lost days had already brought into being are held as well. While a
    step fails, the database stays closed.
    """
    failing = [*_run_steps(), *run_planners(at)]
    if failing:
        return 0, failing
    state = Notification.State
    due = Notification.system.filter(state__in=[state.PENDING, state.SENDING], due_at__lte=at)
    held = due.update(state=state.HELD, reason=RESTORED, lease_token="", lease_until=None)
    adopt()
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
def adopt() -> None:
    """Make this database the installation's own."""
    try:
        epoch = read_epoch()
    except Unreadable:
        epoch = 0
    sweeper, _made = OutboxState.objects.select_for_update().get_or_create(pk=1)
    sweeper.instance_id, sweeper.refused = settings.INSTANCE_ID, ""
    sweeper.epoch = max(sweeper.epoch, epoch)
    sweeper.save(update_fields=["instance_id", "refused", "epoch"])
    write_epoch(sweeper.epoch)
