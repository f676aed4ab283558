"""Text that the database, its dumps and a curious administrator cannot read.

Keys come from `settings.TEXT_KEYS` (first one writes, all of them read), and stand outside the backup.
Such a column cannot be searched, sorted or filtered on, and that is intended.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

MARK = "f1:"  # the scheme, so that another one can follow without guessing


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def box() -> MultiFernet:
    """The cipher of this installation; the first key encrypts."""
    return _box(tuple(settings.TEXT_KEYS))


def seal(text: str) -> str:
    """Encrypt `text`; the empty string stays empty, so that "nothing written" stays visible."""
    return MARK + box().encrypt(text.encode()).decode() if text else ""


def unseal(stored: str) -> str:
    """Decrypt what `seal` made.

    Raises `cryptography.fernet.InvalidToken` when no configured key fits: better an error than a page of noise.
    """
    if not stored:
        return ""
    if not stored.startswith(MARK):
        raise InvalidToken
    return box().decrypt(stored.removeprefix(MARK).encode()).decode()


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # generic in the stubs only
    """A TextField whose column holds only ciphertext. Lookups other than `isnull` raise FieldError."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value if value is None else seal(value)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return value if value is None else unseal(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(
                f"{self.name} is encrypted and cannot be searched with '{lookup_name}'"
            )
        return super().get_lookup(lookup_name)
