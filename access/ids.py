"""Public ids: 128 random bits as 22 URL-safe characters.

The numbers of rows never appear in a URL.
"""

from __future__ import annotations

import secrets
from typing import Any

from django.db import models

PUBLIC_ID_LENGTH = 22


def new_public_id() -> str:
    """Return 22 base64url characters of 128 random bits."""
    return secrets.token_urlsafe(16)


class PublicIdField(models.CharField):
    """A unique, random, unguessable name of a row for URLs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(
            max_length=PUBLIC_ID_LENGTH, unique=True, editable=False, default=new_public_id
        )
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[object], dict[str, object]]:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "unique", "editable", "default"):
            kwargs.pop(fixed, None)
        return name, path, list(args), kwargs
