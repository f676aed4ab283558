from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from . import mail_checks


@shared_task(ignore_result=True)
def check_mail() -> None:
    """Ask whether e-mail arrives, once a week or on request; a duplicate finds nothing to do."""
    mail_checks.run_due(timezone.now())
