"""The e-mail that asks someone for a reference: to an address that may belong to anyone."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy

from notifications.kinds import OPTIONAL, Cancel, Email, kind
from notifications.links import guest_link, one_click_link
from notifications.recipients import Recipient
from notifications.rendering import UNSUBSCRIBE_DAYS

from . import references
from .models import Reference

ANSWER, STOP = "reference", "reference-stop"  # what its links do


@kind(
    references.KIND,
    label=gettext_lazy("Request for a reference"),
    about="applications.Reference",
    stream=OPTIONAL,
    expires_after=timedelta(days=references.REMIND_DAYS),
)
def reference_request(reference: Reference, recipient: Recipient) -> Email | Cancel:
    """**To**: an address that an applicant has named. **When**: at once; once more after 7 days.
    **Until**: it is answered, declined or over, the committee has decided, the program asks for no
    references any more, or its owner wants no such e-mails."""
    now = timezone.now()
    if refusal := references.why_not(reference, now):
        return Cancel(refusal)
    until = now + timedelta(days=UNSUBSCRIBE_DAYS)
    return Email(
        context={
            "program": reference.program,
            "applicant_name": reference.application.person.name,
            "is_reminder": now >= reference.asked_at + timedelta(days=references.REMIND_DAYS),
            "closes_at": reference.closes_at,
        },
        action_url=guest_link(ANSWER, subject=reference, until=reference.closes_at),
        program=reference.program,
        unsubscribe_url=one_click_link(STOP, subject=reference, until=until),
    )
