"""Who was erased, kept outside the database and its backups, so that a restored backup does not bring anybody back.

The file holds random public ids, one a line, and nothing else; `privacy.erase_again` reads it.
"""

from __future__ import annotations

import os

from django.conf import settings

PRIVATE = 0o600


def remember(public_id: str) -> None:
    """Add a line, and have it on the disk before going on."""
    descriptor = os.open(settings.ERASED_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, PRIVATE)
    with os.fdopen(descriptor, "a") as file:
        file.write(f"{public_id}\n")
        file.flush()
        os.fsync(file.fileno())


def erased() -> set[str]:
    """The public ids of everybody who was erased in this installation."""
    try:
        return set(settings.ERASED_FILE.read_text().split())
    except FileNotFoundError:
        return set()
