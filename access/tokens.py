"""Signed tokens: write-only capabilities for links in e-mails.

A token names a purpose, a recipient, an object, the object's version and the recipient's link epoch, and ends by
itself. Its key is not SECRET_KEY; `settings.LINK_KEYS` holds it (first one signs, all of them verify).
A token never signs anybody in and never shows anything: it lets its holder write one answer.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

SIGNATURE_BYTES = 18


class BadToken(Exception):
    """Forged, of another purpose, damaged, or over its time. The page never says which."""


@dataclass(frozen=True)
class Claim:
    """What a valid token says. `version` is the version of the object that the link was made for."""

    purpose: str
    recipient: str
    subject: str
    version: int
    epoch: int
    expires: int  # seconds since 1970, UTC


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _sign(body: str, key: str) -> str:
    digest = hmac.new(key.encode(), b"mentoring.link:" + body.encode(), hashlib.sha256).digest()
    return _b64(digest[:SIGNATURE_BYTES])


def make_token(
    *, purpose: str, recipient: str, subject: str, version: int, epoch: int, until: datetime
) -> str:
    """Return `body.signature`, URL-safe. `recipient` and `subject` are public ids; `until` is aware."""
    fields = [purpose, recipient, subject, version, epoch, int(until.timestamp())]
    body = _b64(json.dumps(fields, separators=(",", ":")).encode())
    return f"{body}.{_sign(body, settings.LINK_KEYS[0])}"


def read_token(token: str, *, purpose: str, at: datetime | None = None) -> Claim:
    """Return the claim of a token made for `purpose`.

    Raises BadToken for anything else: wrong signature, other purpose, past its end, not a token at all.
    """
    try:
        body, signature = token.split(".")
        good = any(hmac.compare_digest(_sign(body, key), signature) for key in settings.LINK_KEYS)
        claim = Claim(*json.loads(_unb64(body))) if good else None
    except (ValueError, TypeError, UnicodeError) as error:
        raise BadToken from error
    if (
        claim is None
        or claim.purpose != purpose
        or claim.expires < (at or timezone.now()).timestamp()
    ):
        raise BadToken
    return claim
