"""A log of erased people outside the database, so that a restored backup brings no one back.

The file holds public ids, one a line, and nothing else; `privacy.erase_again` reads it.
"""

from __future__ import annotations

import os

from django.conf import settings

OWNER_ONLY = 0o600


def append(public_id: str) -> None:
    """Add a line and wait until it is on disk."""
    descriptor = os.open(settings.ERASED_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, OWNER_ONLY)
    with os.fdopen(descriptor, "a") as file:
        file.write(f"{public_id}\n")
        file.flush()
        os.fsync(file.fileno())


def erased_ids() -> set[str]:
    """Return the public ids of everyone erased in this installation."""
    try:
        return set(settings.ERASED_FILE.read_text().split())
    except FileNotFoundError:
        return set()
