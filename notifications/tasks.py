from __future__ import annotations

from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down

from . import dispatch


@shared_task(ignore_result=True)
def sweep() -> None:
    """Wake the sweeper; a doubled wake-up finds nothing to claim."""
    dispatch.sweep()


@worker_shutting_down.connect
def finish_the_letter(**kwargs: Any) -> None:
    """A restart waits for one letter, not for the whole queue (pools of threads; processes end their sweep)."""
    dispatch.stopping.set()
