"""When to ask again. An ask and its reminders are numbered; of several that are due only the last one leaves.

So a sweeper that slept for ten days sends one reminder and not three, and each letter ends where the next one begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models

from notifications.models import Notification
from notifications.outbox import enqueue, key_of


@dataclass(frozen=True)
class Turn:
    """The letter whose turn it is: 1 is the ask itself, 2 the first reminder, and so on."""

    ordinal: int
    due_at: datetime
    expires_at: datetime


def turn_at(
    at: datetime, *, since: datetime, reminders: Sequence[int], last_days: int = 7
) -> Turn | None:
    """Return the letter that is due at `at` for something asked at `since`, or None when it is too early or all are over.

    `reminders` are days after `since`, rising; the last reminder makes sense for `last_days` more.
    """
    starts = [since + timedelta(days=days) for days in (0, *reminders)]
    ends = [*starts[1:], starts[-1] + timedelta(days=last_days)]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1):
        if start <= at < end:
            return Turn(number, start, end)
    return None


class Debts:
    """Letters that are owed already, read once for many rows: a planner that runs every minute writes only what is new."""

    def __init__(self, kinds: Iterable[str], rows: Iterable[models.Model]) -> None:
        ids = {row.pk for row in rows}
        known = Notification.system.filter(kind__in=kinds, about_id__in=ids)
        self.keys = set(known.values_list("key", flat=True)) if ids else set()

    def enqueue(
        self, kind: str, *, to: Any, about: models.Model, ordinal: int = 1, **options: Any
    ) -> None:
        """`notifications.outbox.owe`, unless it was owed before."""
        key = key_of(kind, about=about, to=to, ordinal=ordinal)
        if key not in self.keys:
            enqueue(kind, to=to, about=about, ordinal=ordinal, **options)
            self.keys.add(key)
