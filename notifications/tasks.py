from __future__ import annotations

from celery import shared_task
from celery.signals import worker_shutting_down

from . import dispatch


@shared_task(ignore_result=True)
def send_due_emails() -> None:
    """Send what is due. A duplicate task finds nothing to claim."""
    dispatch.send_due_emails()


@worker_shutting_down.connect
def stop_after_current_email(**kwargs: object) -> None:
    """End the run after the e-mail being sent, so that a restart does not wait for the queue.

    Needed for pools of threads; in a pool of processes the run ends by its own time limit.
    """
    dispatch.stop_requested.set()
