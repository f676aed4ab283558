"""What an ID token must prove (OpenID Connect Core 1.0, 3.1.3.7) before its claims are believed.

allauth leaves the signature out, as the standard allows for tokens that come over TLS. Here it is
always checked: a provider that is set up badly should not let anyone in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import jwt
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.utils.crypto import constant_time_compare

# Signed with a key that only the provider has: no "none", and nothing that uses our own secret.
ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
NEEDED = ("iss", "sub", "aud", "exp", "iat", "nonce")
CLOCKS_DIFFER_SECONDS = 60
LONGEST_SUBJECT = 191  # of allauth's column; the standard allows 255 ASCII characters

Claims = Mapping[str, object]


class SignInRefused(OAuth2Error):
    """A check of ours failed. Its words are ours and may be logged, a provider's may not."""


@dataclass(frozen=True)
class Expected:
    """What this sign-in asked for; the token must answer exactly this."""

    issuer: str
    client_id: str
    nonce: str


def verified_claims(token: object, *, keys: object, expected: Expected) -> Claims:
    """Return the claims of a token that is ours, signed and fresh. Raises SignInRefused if not."""
    if not isinstance(token, str) or not expected.nonce:
        raise SignInRefused("no ID token")
    try:
        header = jwt.get_unverified_header(token)
        algorithm = header.get("alg")
        if algorithm not in ALGORITHMS:
            raise SignInRefused("the ID token is not signed as it must be")
        claims: Claims = jwt.decode(
            token,
            key=_key(header.get("kid"), keys),
            algorithms=[algorithm],
            issuer=expected.issuer,
            audience=expected.client_id,
            leeway=CLOCKS_DIFFER_SECONDS,
            options={"require": list(NEEDED)},
        )
    except (jwt.PyJWTError, TypeError, ValueError, KeyError, AttributeError) as error:
        raise SignInRefused(f"the ID token was refused: {type(error).__name__}") from error
    _check_party(claims, expected)
    return claims


def _key(kid: object, keys: object) -> jwt.PyJWK:
    """Return the provider's key that the token names, or its only one."""
    if not isinstance(keys, dict):
        raise SignInRefused("the provider's keys can't be read")
    known = jwt.PyJWKSet.from_dict(keys).keys
    fitting = [key for key in known if key.key_id == kid] if kid else known
    if len(fitting) != 1:
        raise SignInRefused("the ID token names no key of the provider")
    return fitting[0]


def _check_party(claims: Claims, expected: Expected) -> None:
    audience, party = claims["aud"], claims.get("azp")
    if party not in (None, expected.client_id) or (
        isinstance(audience, list) and len(audience) > 1 and party is None
    ):
        raise SignInRefused("the ID token was made for someone else")
    if not constant_time_compare(str(claims["nonce"]), expected.nonce):
        raise SignInRefused("the ID token belongs to another sign-in")
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise SignInRefused("the ID token names no one")
