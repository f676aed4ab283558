"""The time of a pair, which stands still while it is paused: arithmetic, without database or clock.

Whatever is planned some days after an event comes later by the time that the pair was paused in
between. `Rest` is the part of a pause that counts: from when to when.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Protocol


class Rest(Protocol):
    """A pause, with aware moments."""

    started_at: datetime
    back_at: datetime


class RestDays(Protocol):
    """A pause, with the first day of it and the first day after it."""

    starts_on: date
    back_on: date


def later(since: datetime, wait: timedelta, rests: Sequence[Rest]) -> datetime:
    """Return when `wait` has passed since `since`, without the time of `rests`, oldest first.

    A moment that would be in a pause is its end.
    """
    moment = since + wait
    for rest in rests:
        start = max(rest.started_at, since)
        if start <= moment and start < rest.back_at:
            moment += rest.back_at - start
    return moment


def rested_since(since: datetime, rests: Iterable[Rest]) -> timedelta:
    """Return how long the pair is paused in all after `since`, with what is still ahead."""
    parts = (rest.back_at - max(rest.started_at, since) for rest in rests)
    return sum((part for part in parts if part > timedelta()), timedelta())


def days_rested(since: date, rests: Iterable[RestDays]) -> int:
    """Return on how many days from `since` on the pair is paused, with those still ahead."""
    parts = ((rest.back_on - max(rest.starts_on, since)).days for rest in rests)
    return sum(part for part in parts if part > 0)


def begin_of(day: date, zone: tzinfo) -> datetime:
    """Return the first moment of `day` in `zone`; where its midnight is skipped, the next one."""
    return datetime.combine(day, time(), zone)
