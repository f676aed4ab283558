"""Text that cannot be read in the database, in its dumps or by an administrator.

Keys come from `settings.TEXT_KEYS`: the first one encrypts, all of them decrypt. Keep them apart
from the backup. An encrypted column cannot be searched, sorted or filtered; that is intended.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models

PREFIX = "f1:"  # names the scheme, so that another one can follow


@lru_cache(maxsize=4)
def _cipher_of(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _cipher() -> MultiFernet:
    return _cipher_of(tuple(settings.TEXT_KEYS))


def encrypt(text: str) -> str:
    """Return the ciphertext of `text`; the empty string stays empty."""
    return PREFIX + _cipher().encrypt(text.encode()).decode() if text else ""


def decrypt(stored: str) -> str:
    """Return the text that `encrypt` was given.

    Raises `cryptography.fernet.InvalidToken` for anything else, and when no configured key fits.
    """
    if not stored:
        return ""
    if not stored.startswith(PREFIX):
        raise InvalidToken
    return _cipher().decrypt(stored.removeprefix(PREFIX).encode()).decode()


def encrypt_bytes(data: bytes) -> bytes:
    """Return the ciphertext of a file."""
    return PREFIX.encode() + _cipher().encrypt(data)


def decrypt_bytes(stored: bytes) -> bytes:
    """Return the file that `encrypt_bytes` was given. Raises InvalidToken as `decrypt`."""
    if not stored.startswith(PREFIX.encode()):
        raise InvalidToken
    return _cipher().decrypt(stored.removeprefix(PREFIX.encode()))


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # generic in the stubs only
    """A TextField whose column holds only ciphertext.

    Every lookup but `isnull` raises FieldError.
    """

    def get_prep_value(self, value: Any) -> object:
        value = super().get_prep_value(value)
        return value if value is None else encrypt(value)

    def from_db_value(
        self, value: str | None, expression: object, connection: object
    ) -> str | None:
        return value if value is None else decrypt(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(
                f"{self.name} is encrypted and cannot be searched with '{lookup_name}'"
            )
        return super().get_lookup(lookup_name)
