"""The state of an address: marked by a bounce, and good again by what its person does."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q

from access.placeholder_address import is_real

from .. import kinds
from ..models import BouncedAddress, Notification
from ..outbox import digest_of_address, release_stopped
from ..recipients import Account
from ..reconcilers import reconciler
from .delivery_reports import BounceReport, Severity

log = logging.getLogger(__name__)

SOFT_LIMIT, SOFT_DAYS = 3, 30
ONE_A_DAY = timedelta(hours=20)
GUEST_RETENTION = timedelta(days=400)
# What an e-mail has been told already, and what may follow: a delay first, then the failure.
MAY_FOLLOW = {
    Severity.SOFT: [""],
    Severity.HARD: ["", Severity.SOFT],
    Severity.POLICY: ["", Severity.SOFT],
    Severity.SPAM: ["", Severity.SOFT, Severity.POLICY],
}


def email_of(report: BounceReport) -> Notification | None:
    """Return the e-mail that a report is about, None if none of its hashes is one of ours."""
    known = Notification.system.in_bulk([pk for pk, _digest in report.tokens])
    for pk, digest in report.tokens:
        row = known.get(pk)
        if row and hmac.compare_digest(row.message_id.partition("@")[0], f"<n{pk}.{digest}"):
            return row
    return None


@transaction.atomic
def record(row: Notification, severity: Severity, *, status: str, at: datetime) -> bool:
    """Note that an e-mail came back or was refused at `at`; return whether that is news.

    A second report about the same e-mail changes nothing, unless it is graver than the first.
    """
    rows = Notification.system.filter(pk=row.pk, bounce__in=MAY_FOLLOW[severity])
    if not rows.update(bounce=severity, bounced_at=at):
        return False
    if severity is not Severity.POLICY and (digest := _digest_sent_to(row)):
        _mark(digest, row, severity, status=status, at=at)
    extra = {"notification": row.pk, "severity": severity.value, "status": status}
    log.warning("an e-mail bounced", extra=extra)
    return True


def _digest_sent_to(row: Notification) -> str:
    """Return the hash of the address that an e-mail went to.

    "" if the person has another one now, or none since they were erased.
    """
    if row.recipient is not None and not row.recipient.is_active:
        return ""
    address = row.address or (row.recipient.email if row.recipient else "")
    if not address or not is_real(address):
        return ""
    digest = digest_of_address(address)
    return digest if row.sent_to in ("", digest) else ""


def _mark(digest: str, row: Notification, severity: Severity, *, status: str, at: datetime) -> None:
    """Count a bounce of an address, and stop e-mail to it if that was enough."""
    person = row.recipient_id
    if row.address and row.recipient and row.address != row.recipient.email.lower():
        person = None  # an e-mail of the account to another address than its own
    defaults = {"person_id": person, "last_bounced_at": at}
    BouncedAddress.objects.get_or_create(digest=digest, defaults=defaults)
    marked = BouncedAddress.objects.select_for_update(no_key=True).get(digest=digest)
    window = timedelta(days=SOFT_DAYS)
    if marked.soft_since is None or at - marked.soft_since > window:
        marked.soft_since, marked.soft_bounces, marked.last_bounced_at = at, 1, at
    elif at - marked.last_bounced_at >= ONE_A_DAY:
        marked.soft_bounces, marked.last_bounced_at = marked.soft_bounces + 1, at
    marked.person_id, marked.status = person, status
    if severity in (Severity.HARD, Severity.SPAM):
        marked.reported_at = at if severity is Severity.SPAM else None
        marked.stopped_at = marked.stopped_at or at
    elif marked.soft_bounces >= SOFT_LIMIT:
        marked.stopped_at = marked.stopped_at or at
    marked.save()


def may_be_tried(row: Notification) -> bool:
    """Return whether an e-mail is tried even where others to the address came back."""
    kind = kinds.KINDS.get(row.kind)
    return row.is_account_email or bool(kind and (kind.always_at_once or kind.despite_bounces))


def is_stopped(address: str) -> bool:
    """Return whether nothing is sent to an address because e-mails came back."""
    return BouncedAddress.objects.stopped().filter(digest=digest_of_address(address)).exists()


def adopt(row: Notification) -> None:
    """Note whose address it is if it was marked while nobody had an account with it."""
    if row.recipient is not None and not row.address:
        unowned = BouncedAddress.objects.stopped().filter(person=None)
        digest = digest_of_address(row.recipient.email)
        unowned.filter(digest=digest).update(person=row.recipient_id)


def bounce_of(person: Account) -> BouncedAddress | None:
    """Return since when nothing is sent to the person's present address, or None."""
    digest = digest_of_address(person.email)
    return BouncedAddress.objects.stopped().filter(digest=digest, person=person.pk).first()


def stopped_people(among: Collection[int] | None = None) -> dict[int, datetime]:
    """Return since when nothing is sent to whom, by the person's id."""
    rows = BouncedAddress.objects.stopped().filter(person__is_active=True)
    if among is not None:
        rows = rows.filter(person__in=among)
    return {pk: at for pk, at in rows.values_list("person", "stopped_at") if pk and at}


@transaction.atomic
def works_again(person: Account, *, at: datetime) -> bool:
    """Forget the bounces of a person's present address; return whether there were any.

    What is on hold because of them is sent. They say so themselves, or have just proved it.
    """
    digest = digest_of_address(person.email)
    deleted, _rows = BouncedAddress.objects.filter(digest=digest).delete()
    release_stopped([person.pk], at=at)
    return bool(deleted)


def readdress(at: datetime) -> int:
    """Forget the bounces of addresses that people no longer have; return how many people."""
    people = get_user_model()._default_manager
    rows = list(BouncedAddress.objects.exclude(person=None).values_list("pk", "person"))
    emails = dict(people.filter(pk__in=[pk for _digest, pk in rows]).values_list("pk", "email"))
    moved = [(old, pk) for old, pk in rows if old != digest_of_address(emails.get(pk, ""))]
    if moved:
        with transaction.atomic():
            BouncedAddress.objects.filter(pk__in=[digest for digest, _pk in moved]).delete()
            release_stopped({pk for _digest, pk in moved if pk}, at=at)
    return len(moved)


@reconciler
def follow_addresses(at: datetime) -> None:
    """Start again where an address has changed, and forget old bounces of guests."""
    readdress(at)
    old = Q(person=None, last_bounced_at__lt=at - GUEST_RETENTION)
    BouncedAddress.objects.filter(old).delete()
    _release_forgotten(at)


def _release_forgotten(at: datetime) -> None:
    """Release what was put on hold while its address became good again."""
    held = Notification.system.stopped().exclude(recipient=None)
    people = set(held.values_list("recipient", flat=True))
    good = people - stopped_people(people).keys()
    if good:
        release_stopped(good, at=at)
