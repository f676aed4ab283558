"""The address of a person who has given none: a reserved domain, which receives no e-mail."""

from __future__ import annotations

NO_ADDRESS_DOMAIN = "@no-address.invalid"


def is_real(email: str) -> bool:
    """Return whether e-mail can be sent to this address."""
    return not email.endswith(NO_ADDRESS_DOMAIN)
