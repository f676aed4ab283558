"""Signing: a person types a name under one exact text.

The form names the revision that the person read. The signature is written only if that is still
the current one, in a transaction that locks the pair, and keeps the SHA-256 of the canonical text.
The second signature puts the version in force and makes the match active.
"""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.models import Match
from matches.pair_lock import lock_row

from . import reconcilers, text
from .goals import agreed
from .models import Agreement, AgreementVersion, Signature

State = AgreementVersion.State


class TextChanged(ActionNotAllowed):
    """The text has changed since the signer read it; the page shows the new one first."""


@transaction.atomic
def sign(
    version: AgreementVersion,
    *,
    by: User,
    typed_name: str,
    expected_revision: int,
    at: datetime | None = None,
) -> Signature:
    """Sign revision `expected_revision` of `version` as `by`; return the signature.

    A second click returns the signature that exists. Raises TextChanged when the text has moved on
    from that revision, ActionNotAllowed when `by` is not one of the pair, when the version is not
    up for signing, and when the match has ended.
    """
    at = at or timezone.now()
    if not version.is_of(by):
        raise ActionNotAllowed(_("Only the two people of a match can sign its agreement."))
    lock_row(version.agreement.match_id)
    is_locked = _lock_revision(version, expected_revision)
    signatures = Signature.objects.valid().filter(version=version)
    existing = signatures.filter(person=by, revision=expected_revision).first()
    if existing is not None:
        return existing
    if not is_locked:
        _raise_reason(version)
    signature = Signature.objects.create(
        version=version,
        person=by,
        typed_name=typed_name,
        signed_at=at,
        revision=expected_revision,
        sha256=text.record_for_signing(version),
    )
    settle(version, by=by, at=at)
    return signature


def settle(version: AgreementVersion, *, by: User, at: datetime) -> None:
    """Put a version that both have signed in force; ask who has not signed yet.

    Call it in the transaction of a signature, which locks the version.
    """
    rows = Signature.objects.valid().filter(version=version)
    signed = set(rows.values_list("person", flat=True))
    missing = [person for person in version.match.people if person.pk not in signed]
    for person in missing:
        reconcilers.ask_to_sign(version, person, at=at)
    if not missing:
        version.put_in_force(by=by, at=at)
        agreed.follow(version, at=at)
        reconcilers.notify_signed(version, at=at)


def lock(version: AgreementVersion, revision: int) -> None:
    """Lock the version's row until the commit, if it is still the shared `revision`.

    Raises TextChanged and ActionNotAllowed as `sign` if it is not.
    """
    if not _lock_revision(version, revision):
        _raise_reason(version)


def _lock_revision(version: AgreementVersion, revision: int) -> bool:
    """Lock the version's row until the commit, if it is still the shared `revision`.

    The UPDATE has no join, for the reason given in `drafting.claim`.
    """
    mine = AgreementVersion.objects.filter(
        pk=version.pk,
        state=State.SHARED,
        revision=revision,
        agreement__in=Agreement.objects.of_open_matches(),
    )
    is_locked = bool(mine.update(revision=revision))
    version.refresh_from_db(fields=["state", "revision", "signed_at", "signing_round"])
    return is_locked


def _raise_reason(version: AgreementVersion) -> NoReturn:
    if not Match.objects.open().filter(pk=version.agreement.match_id).exists():
        raise ActionNotAllowed(_("This match has ended, so its agreement can no longer be signed."))
    if version.state != State.SHARED:
        raise ActionNotAllowed(_("This version is not ready to be signed. Please reload the page."))
    raise TextChanged(_("The text has changed since you read it. Please read it again, then sign."))
