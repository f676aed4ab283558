"""For the tests of every app: deliver what is enqueued into `django.core.mail.outbox`."""

from __future__ import annotations

from datetime import datetime

from django.core import mail
from django.core.mail import EmailMessage
from django.utils import timezone

from .dispatch import Dispatcher, expire_old
from .reconcilers import RECONCILERS

DIGESTS = "dashboard.digests.enqueue_digests"


def deliver_due_emails(
    at: datetime | None = None,
    *,
    delivery_rules: bool = False,
    reconcile: bool = True,
    digests: bool = False,
) -> list[EmailMessage]:
    """Run the reconcilers and deliver everything due at `at`; return the messages of this call.

    Quiet hours and the weekly limit apply only with `delivery_rules`, so that a test does not
    depend on the hour of the day; for the same reason digests of committee members, which come by
    the calendar, are made only with `digests`. Errors of a reconciler or a kind are raised.
    """
    now = at or timezone.now()
    before = len(mail.outbox)
    if reconcile:
        for name, run in list(RECONCILERS.items()):
            if digests or name != DIGESTS:
                run(now)
    expire_old(now)
    Dispatcher(clock=lambda: now, applies_delivery_rules=delivery_rules, is_strict=True).run()
    return mail.outbox[before:]
