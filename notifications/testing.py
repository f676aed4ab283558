"""For the tests of every app: deliver what is owed into `django.core.mail.outbox`."""

from __future__ import annotations

from datetime import datetime

from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone

from .dispatch import Delivery, expire_old
from .reconcilers import PLANNERS


def deliver_due_emails(
    at: datetime | None = None, *, manners: bool = False, plan: bool = True
) -> list[EmailMessage]:
    """Run the planners and deliver everything that is due at `at`; return the messages of this call.

    Quiet hours and the weekly limit are left aside unless `manners` is asked for, so that a test does not depend on
    the hour of the day. What a planner or a kind raises is raised here.
    """
    now = at or timezone.now()
    before = len(mail.outbox)
    if plan:
        for reconciler in list(PLANNERS.values()):
            reconciler(now)
    expire_old(now)
    Delivery(clock=lambda: now, has_manners=manners, is_strict=True).run()
    return mail.outbox[before:]
