"""When to ask again. An ask and its reminders are numbered; of several that are due only the last one leaves.

So a sweeper that slept for ten days sends one reminder and not three, and each letter ends where the next one begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Turn:
    """The letter whose turn it is: 1 is the ask itself, 2 the first reminder, and so on."""

    ordinal: int
    due_at: datetime
    expires_at: datetime


def turn_at(at: datetime, *, since: datetime, reminders: Sequence[int], last_days: int = 7) -> Turn | None:
    """Return the letter that is due at `at` for something asked at `since`, or None when it is too early or all are over.

    `reminders` are days after `since`, rising; the last reminder makes sense for `last_days` more.
    """
    starts = [since + timedelta(days=days) for days in (0, *reminders)]
    ends = [*starts[1:], starts[-1] + timedelta(days=last_days)]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), 1):
        if start <= at < end:
            return Turn(number, start, end)
    return None
