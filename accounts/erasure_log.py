"""A log of erased people outside the database, so that a restored backup brings no one back.

The file holds public ids, one a line, and nothing else; `privacy.erase_again` reads it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from django.conf import settings

OWNER_ONLY = 0o600


def append(public_id: str) -> None:
    """Add a line and wait until it is on disk."""
    _write([public_id])


def merge(public_ids: Iterable[str]) -> int:
    """Add those that are missing and return how many. Makes the file if there is none."""
    missing = sorted(set(public_ids) - erased_ids())
    if missing or not exists():
        _write(missing)
    return len(missing)


def exists() -> bool:
    """Whether this machine has a log. A new machine has none, which doesn't mean an empty one."""
    return bool(settings.ERASED_FILE.exists())


def erased_ids() -> set[str]:
    """Return the public ids of everyone erased in this installation."""
    try:
        return parse(settings.ERASED_FILE.read_text())
    except FileNotFoundError:
        return set()


def parse(text: str) -> set[str]:
    """Return the public ids in the text of a log."""
    return set(text.split())


def _write(public_ids: Iterable[str]) -> None:
    descriptor = os.open(settings.ERASED_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, OWNER_ONLY)
    with os.fdopen(descriptor, "a") as file:
        file.writelines(f"{public_id}\n" for public_id in public_ids)
        file.flush()
        os.fsync(file.fileno())
