"""Imports and their undoing take turns, so that no two of them write the same people and words.

On SQLite a transaction that writes waits for the one before anyway. On PostgreSQL a lock of the
whole installation says whose turn it is: people and some words belong to no program. It blocks no
page, and is free again when its transaction ends, however that ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, connection, transaction

T = TypeVar("T")

IMPORTS = 7_105_842  # the lock's number: nothing else in the installation uses one
PAUSE = 0.5  # seconds between two looks
ATTEMPTS = 3  # against a page that has just made the person or word that the import makes


def in_turn(work: Callable[[], T], *, wait: Callable[[], None]) -> T:
    """Do `work` in a transaction of its own, while no other import or undoing is being written.

    `wait` is called before each further look; what it raises ends the waiting. `work` starts again
    if a page has written the same row meanwhile: it must leave nothing behind in memory.
    """
    attempts = 0
    while True:
        try:
            with transaction.atomic():
                if _is_our_turn():
                    return work()
        except IntegrityError:
            attempts += 1
            if attempts == ATTEMPTS:
                raise
            continue
        wait()
        time.sleep(PAUSE)


def _is_our_turn() -> bool:
    """Take the lock until the transaction ends; return whether it was free."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [IMPORTS])
        return bool(cursor.fetchone()[0])
