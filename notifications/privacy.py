"""The outbox's part in exporting and erasing a person's data; `accounts` calls it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypedDict

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q
from django.utils import timezone

from .models import (
    BouncedAddress,
    KnownState,
    MutedStream,
    Notification,
    WeeklyReader,
    WorkHour,
)
from .models.outbox_access import ACCOUNT_EMAIL
from .outbox import digest_of_address
from .reasons import ACCOUNT_ERASED, words_of
from .reconcilers import reconciler

RETENTION = timedelta(days=90)


class ExportedEmails(TypedDict):
    """Rows of the person's e-mails and choices, without texts and addresses."""

    emails: list[Mapping[str, object]]
    muted_streams: list[Mapping[str, object]]
    work_hours: list[Mapping[str, object]]
    bounces: list[Mapping[str, object]]
    reads_once_a_week: list[Mapping[str, object]]


def export_emails(person: AbstractBaseUser) -> ExportedEmails:
    """Return which e-mails the person was sent and when, and what they chose about e-mails."""
    rows = Notification.system.filter(recipient=person.pk).order_by("pk")
    muted = MutedStream.objects.filter(person=person.pk)
    emails = rows.values("kind", "state", "due_at", "sent_at", "reason", "error", "bounced_at")
    bounces = BouncedAddress.objects.filter(person=person.pk)
    return {
        "emails": [{**row, "reason": words_of(row["reason"])} for row in emails],
        "muted_streams": list(muted.values("stream", "since", "until")),
        "work_hours": list(WorkHour.objects.filter(person=person.pk).values("hour", "since")),
        "reads_once_a_week": list(WeeklyReader.objects.filter(person=person.pk).values("since")),
        "bounces": list(bounces.values("last_bounced_at", "stopped_at", "reported_at", "status")),
    }


def erase_emails(person: AbstractBaseUser) -> None:
    """Cancel waiting e-mails; delete addresses, texts, replies, choices and what is known.

    The rows stay for the counts and point to the emptied account.
    """
    now = timezone.now()
    rows = Notification.system.filter(recipient=person.pk)
    state = Notification.State
    waiting = rows.filter(state__in=[state.PENDING, state.HELD])
    waiting.update(state=state.CANCELLED, reason=ACCOUNT_ERASED, ended_at=now, body=None)
    rows.exclude(reason="").update(reason=ACCOUNT_ERASED)
    rows.update(address=None, body=None, error="", sent_to="")
    addresses = {address.lower() for address in _addresses_of(person)}
    for row in Notification.system.filter(recipient=None).only("pk", "address").iterator():
        if row.address in addresses:
            row.delete()
    digests = [digest_of_address(address) for address in addresses]
    BouncedAddress.objects.filter(Q(person=person.pk) | Q(pk__in=digests)).delete()
    MutedStream.objects.filter(person=person.pk).delete()
    WorkHour.objects.filter(person=person.pk).delete()
    WeeklyReader.objects.filter(person=person.pk).delete()
    KnownState.objects.filter(person=person.pk).delete()


def _addresses_of(person: AbstractBaseUser) -> set[str]:
    from allauth.account.models import EmailAddress

    others = EmailAddress.objects.filter(user=person.pk).values_list("email", flat=True)
    return {str(getattr(person, "email", "")), *others}


@reconciler
def purge_account_emails(at: datetime) -> int:
    """Delete account e-mails that ended 90 days ago; return how many.

    All other rows stay, without text or address: their keys prove that the e-mail was sent, so a
    reconciler that looks at an old record does not enqueue it again.
    """
    ended = Notification.system.filter(kind=ACCOUNT_EMAIL, ended_at__lt=at - RETENTION)
    return ended.delete()[0]
