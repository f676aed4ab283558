"""Signed on paper: the carer or a chair records it, and each person can say that it is not so.

A recorded signature counts like one on the site, under the same text: the record names the revision
that was printed, and is refused once the text has changed. Both people are told by e-mail. For
DENY_DAYS days whoever is said to have signed can deny it. Then the signature does not count any
more, the version is not in force any more, and the carer is asked to talk with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.models import Match
from matches.pair_lock import lock_row
from matches.terms import today_of
from notifications.outbox import enqueue

from . import scans, signing, text
from .models import AgreementText, AgreementVersion, PaperRecord, PaperScan, Signature
from .signals import signature_denied

State = AgreementVersion.State


def may_record(version: AgreementVersion, member: User) -> bool:
    """Whether `member` looks after the pair of a version that waits for signatures."""
    is_open = version.state == State.SHARED and version.match.state != Match.State.CLOSED
    return is_open and _is_in_care(version, member)


def _is_in_care(version: AgreementVersion, member: User) -> bool:
    return Match.objects.in_care_of(member).filter(pk=version.match.pk).exists()


def unsigned(version: AgreementVersion) -> list[User]:
    """Return who of the pair has not signed the version, the mentee first."""
    rows = Signature.objects.valid().filter(version=version)
    signed = set(rows.values_list("person", flat=True))
    return [person for person in version.match.people if person.pk not in signed]


def first_day(version: AgreementVersion) -> date:
    """Return the day on which the text as it is now was put up for signing."""
    proposed = version.changed_at or version.shared_at
    assert proposed is not None  # a shared version has both
    return today_of(version.match, proposed)


@transaction.atomic
def record(
    version: AgreementVersion,
    *,
    dates: Mapping[int, date],
    scan: bytes | None,
    holds_paper: bool,
    expected_revision: int,
    by: User,
    at: datetime | None = None,
) -> PaperRecord:
    """Record that people of the pair signed revision `expected_revision` on paper.

    `dates`: on which day, by the key of the person. Raises ActionNotAllowed for anyone but the
    carer, their deputy and the chair; without a date, or with one that is impossible; without the
    paper or a scan; for a file that is no scan; for someone who has signed; when the text has
    changed; and when the version does not wait for signatures or the match has ended.
    """
    at = at or timezone.now()
    if not _is_in_care(version, by):
        raise ActionNotAllowed(_("Only the carer of this pair, the deputy or a chair can do this."))
    lock_row(version.match.pk)
    signing.lock(version, expected_revision)
    people = [person for person in version.match.people if person.pk in dates]
    _check(version, people, dates, at=at)
    if scan is None and not holds_paper:
        raise ActionNotAllowed(_("Upload a scan, or say that you hold the paper."))
    made = PaperRecord.objects.create(
        version=version,
        revision=expected_revision,
        recorded_by=by,
        recorded_at=at,
        holds_paper=holds_paper,
    )
    if scan is not None:
        PaperScan.sealed(made, scans.kind_of(scan), scan).save()
    sha256 = text.record_for_signing(version)
    for person in people:
        Signature.objects.create(
            version=version,
            person=person,
            typed_name=person.name,
            signed_at=at,
            revision=expected_revision,
            sha256=sha256,
            paper=made,
            paper_date=dates[person.pk],
        )
    for person in version.match.people:
        enqueue("agreement-on-paper", to=person, about=made, at=at)
    signing.settle(version, by=by, at=at)
    return made


def _check(
    version: AgreementVersion, people: list[User], dates: Mapping[int, date], *, at: datetime
) -> None:
    """Raise ActionNotAllowed unless `people` can have signed on these days."""
    if not people or len(people) != len(dates):
        raise ActionNotAllowed(_("Enter the day on which at least one of the two signed."))
    waiting = {person.pk for person in unsigned(version)}
    first, today = first_day(version), today_of(version.match, at)
    for person in people:
        if person.pk not in waiting:
            words = _("%(name)s has signed this version already.")
            raise ActionNotAllowed(words % {"name": person.name})
        if dates[person.pk] > today:
            words = _("%(name)s can't have signed on a day that has not come yet.")
            raise ActionNotAllowed(words % {"name": person.name})
        if dates[person.pk] < first:
            words = _("%(name)s can't have signed before the text was ready to sign.")
            raise ActionNotAllowed(words % {"name": person.name})


@transaction.atomic
def deny(signature: Signature, *, by: User, at: datetime | None = None) -> None:
    """Say, as the person who is said to have signed, that this is not so.

    The signature is set aside, and with it the version, if it is in force: the one before it
    applies again, if there is one. The partner is told, and the carer asked to talk. Denying it
    again does nothing. Raises ActionNotAllowed for anyone else, for a signature on the site, after
    DENY_DAYS days, after the end of the match, and when a newer version is in force.
    """
    at, version = at or timezone.now(), signature.version
    if signature.person_id != by.pk or signature.paper is None:
        raise ActionNotAllowed(_("Only the person whose signature it is can do this."))
    version.match.state = lock_row(version.match.pk)
    version.refresh_from_db(fields=["state", "revision", "signed_at", "signing_round"])
    signature.refresh_from_db(fields=["denied_at", "withdrawn_at"])
    if signature.denied_at is not None:
        return
    if refusal := refusal_to_deny(signature, at=at):
        raise ActionNotAllowed(refusal)
    Signature.objects.filter(pk=signature.pk).update(denied_at=at, withdrawn_at=at)
    if version.state == State.SIGNED:
        version.put_out_of_force(by=by, at=at)
    valid = Signature.objects.valid().filter(version=version)
    if version.state == State.DISCARDED:
        valid.update(withdrawn_at=at)
    if not valid.exists():
        AgreementText.system.filter(version=version).update(signed_text="")
    enqueue("agreement-set-aside", to=version.match.partner_of(by), about=version, at=at)
    signature_denied.send(Signature, signature=signature, match=version.match, person=by, at=at)


def refusal_to_deny(signature: Signature, *, at: datetime) -> str:
    """Return why its person can't say any more that they did not sign, "" if they can."""
    version = signature.version
    if version.match.state == Match.State.CLOSED:
        return _("This match has ended. If something is wrong, ask the committee for help.")
    if signature.withdrawn_at is not None:
        return _("This signature doesn't count any more, so there is nothing to set right.")
    if version.state == State.SUPERSEDED:
        return _("You have both signed a newer version since. If it is wrong, change it.")
    until = signature.deniable_until
    if until is None or at >= until:
        return _("The time for this is over. If something is wrong, ask the committee for help.")
    return ""


def deniable(match: Match, person: User, *, at: datetime) -> Signature | None:
    """Return the signature on paper of `person` that they can still deny, if there is one."""
    rows = Signature.objects.valid().filter(
        version__agreement__match=match, person=person, paper__isnull=False
    )
    found = rows.select_related("paper", "version__agreement").order_by("-pk").first()
    if found is None:
        return None
    found.version.agreement.match = match
    return None if refusal_to_deny(found, at=at) else found


def erase_scan(made: PaperRecord, *, by: User) -> bool:
    """Delete the scan for good; the record stays. Return whether there was one.

    Raises ActionNotAllowed for anyone but the carer, their deputy and the chair.
    """
    if not _is_in_care(made.version, by):
        raise ActionNotAllowed(_("Only the carer of this pair, the deputy or a chair can do this."))
    deleted, _rows = PaperScan.system.filter(record=made).delete()
    return bool(deleted)


def stored_scans(version: AgreementVersion) -> set[int]:
    """Return the keys of the records that have a scan."""
    return set(PaperScan.system.filter(record__version=version).values_list("record", flat=True))
