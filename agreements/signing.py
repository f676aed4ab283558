"""Signing: a person types a name under one exact text.

The page names the revision that the person read. The signature is written only while that revision stands, in one
transaction that holds the row of the version, and keeps the SHA-256 of the canonical text. The second signature puts the
version in force, retires the one before, and makes the pair active.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from matches.models import Match
from workflow.states import move

from . import reconcilers, text
from .models import Agreement, AgreementText, AgreementVersion, Signature
from .signals import agreement_signed

State = AgreementVersion.State
RECORD = "the record of the text that is being signed"


class TextChanged(ActionNotAllowed):
    """The text moved on since the signer read it; the page shows the new one first."""


@transaction.atomic
def sign(
    version: AgreementVersion, *, by: Any, typed_name: str, seen: int, at: datetime | None = None
) -> Signature:
    """Sign revision `seen` of `version` as `by`.

    A second click returns the signature that stands. Raises TextChanged when `seen` is not the text any more, Refused
    when the person is not of the pair, the version is not up for signing, or the match has ended.
    """
    at = at or timezone.now()
    if not version.is_of(by):
        raise ActionNotAllowed(_("Only the two people of a match sign its agreement."))
    is_held = _hold(version, seen)
    if (
        standing := Signature.objects.standing()
        .filter(version=version, person=by, revision=seen)
        .first()
    ):
        return standing
    if not is_held:
        _refuse(version)
    signature = Signature.objects.create(
        version=version,
        person=by,
        typed_name=typed_name,
        signed_at=at,
        revision=seen,
        sha256=_record(version),
    )
    _after_signature(version, by=by, at=at)
    return signature


def _hold(version: AgreementVersion, seen: int) -> bool:
    """Take the row of the version until the commit, if it still is what the signer read; no join, as in `drafting`."""
    mine = AgreementVersion.objects.filter(
        pk=version.pk,
        state=State.SHARED,
        revision=seen,
        agreement__in=Agreement.objects.of_open_matches(),
    )
    held = bool(mine.update(revision=seen))
    version.refresh_from_db(fields=["state", "revision", "signed_at", "call"])
    return held


def _refuse(version: AgreementVersion) -> None:
    if not Match.objects.open().filter(pk=version.agreement.match_id).exists():
        raise ActionNotAllowed(
            _("This match has ended, so its agreement cannot be signed any more.")
        )
    if version.state != State.SHARED:
        raise ActionNotAllowed(_("This text is not up for signing. Please look at the page again."))
    raise TextChanged(_("The text has changed since you read it. Please read it again, then sign."))


def _record(version: AgreementVersion) -> str:
    """Keep the text that is signed and return its hash. The second person signs the text that the first one signed."""
    version = AgreementVersion.objects.select_related(
        "agreement__match__mentee__person",
        "agreement__match__mentor__person",
        "agreement__match__mentee__cohort__program",
    ).get(pk=version.pk)
    content = text.content_for_record(version)
    record = content.text.signed_text or text.canonical(content)
    AgreementText.system.filter(version=version).update(signed_text=record)
    return text.sha256(record)


def _after_signature(version: AgreementVersion, *, by: Any, at: datetime) -> None:
    signers = set(
        Signature.objects.standing().filter(version=version).values_list("person", flat=True)
    )
    partner = version.match.partner_of(by)
    if partner.pk in signers:
        _put_in_force(version, by=by, at=at)
    else:
        reconcilers.ask_to_sign(version, partner, at=at)


def _put_in_force(version: AgreementVersion, *, by: Any, at: datetime) -> None:
    for before in AgreementVersion.objects.signed().filter(agreement=version.agreement):
        move(before, State.SUPERSEDED, by=by, at=at)
    move(version, State.SIGNED, by=by, at=at, signed_at=at)
    match = version.match
    begun_at = match.active_at or at
    begun_on = begun_at.astimezone(ZoneInfo(match.program.time_zone)).date()
    ends_on = begun_on + relativedelta(months=version.term_months)
    if match.state == Match.State.INTRODUCED:
        move(match, Match.State.ACTIVE, by=by, at=at, active_at=at, ends_on=ends_on)
    else:
        Match.objects.open().filter(pk=match.pk).update(ends_on=ends_on)
        match.ends_on = ends_on
    for person in match.people:
        reconcilers.tell_signed(version, person, at=at)
    agreement_signed.send(AgreementVersion, version=version, at=at)
