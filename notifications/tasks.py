from __future__ import annotations

import logging

from celery import shared_task
from celery.signals import worker_shutting_down
from django.conf import settings
from django.utils import timezone

from . import alarms, dispatch
from .bounces.mailbox import MailboxError, read_mailbox

log = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def send_due_emails() -> None:
    """Send what is due. A duplicate task finds nothing to claim."""
    dispatch.send_due_emails()
    alarms.after_run()


@shared_task(ignore_result=True)
def read_bounces() -> None:
    """Read what came back, where a mailbox is set; two runs at once count nothing twice."""
    if settings.BOUNCE_MAILBOX_URL:
        try:
            read_mailbox(at=timezone.now())
        except MailboxError as error:
            log.warning("%s", error)


@shared_task(ignore_result=True)
def look_for_alarms() -> None:
    """Tell the maintainer when nothing is sent; the heavy worker outlives the other one."""
    alarms.look()


@worker_shutting_down.connect
def stop_after_current_email(**kwargs: object) -> None:
    """End the run after the e-mail being sent, so that a restart does not wait for the queue.

    Needed for pools of threads; in a pool of processes the run ends by its own time limit.
    """
    dispatch.stop_requested.set()
