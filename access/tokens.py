"""Signed tokens: write-only capabilities for links in e-mails.

A token is made for one purpose, recipient, object, version of that object and link epoch of the
recipient, and it expires. Its key is not SECRET_KEY but `settings.LINK_KEYS`: the first key signs,
all of them verify.
A token never signs a person in and never shows anything: it lets its holder write one answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.utils import timezone


class BadToken(Exception):
    """Forged, for another purpose, damaged, or expired. The page never says which."""


@dataclass(frozen=True)
class Claim:
    """What a valid token says. `version` is that of the object when the link was made."""

    purpose: str
    recipient: str
    subject: str
    version: int
    epoch: int
    expires: int  # seconds since 1970, UTC


def _signer(purpose: str) -> Signer:
    # The purpose is part of the salt, so that a token never verifies for another purpose.
    first, *others = settings.LINK_KEYS
    return Signer(key=first, fallback_keys=[*others], salt=f"access.tokens:{purpose}", sep=".")


def make_token(
    *, purpose: str, recipient: str, subject: str, version: int, epoch: int, until: datetime
) -> str:
    """Return `body.signature`, URL-safe.

    `recipient` and `subject` are public ids; `until` is aware.
    """
    return _signer(purpose).sign_object(
        [recipient, subject, version, epoch, int(until.timestamp())]
    )


def read_token(token: str, *, purpose: str, at: datetime | None = None) -> Claim:
    """Return the claim of a token made for `purpose`.

    Raises BadToken for anything else: wrong signature, other purpose, expired, not a token at all.
    """
    try:
        claim = Claim(purpose, *_signer(purpose).unsign_object(token))
    except BadSignature as error:
        raise BadToken from error
    if claim.expires < (at or timezone.now()).timestamp():
        raise BadToken
    return claim
