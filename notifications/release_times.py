"""When e-mails to many people leave: the first moment that suits them all, and who has to wait.

A release makes something visible and writes to everyone about it. Both happen at one moment, which
is therefore outside the quiet hours of those who are written to, wherever they live.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .delivery_rules import is_quiet, next_allowed_time
from .sender_policy import SenderPolicy

Zones = Mapping[str, int]  # {time zone: number of e-mails to people there}
DAYS_AHEAD = 8  # a week, and the rest of a weekend


@dataclass(frozen=True)
class Departure:
    """How many e-mails leave at one moment."""

    at: datetime
    count: int


def leaving_at(zones: Zones, at: datetime, policy: SenderPolicy) -> int:
    """Return how many e-mails would leave at `at`; the others wait for the end of quiet hours."""
    return sum(
        count
        for zone, count in zones.items()
        if not is_quiet(at.astimezone(ZoneInfo(zone)), policy)
    )


def shared_time(zones: Zones, at: datetime, policy: SenderPolicy) -> datetime:
    """Return the first moment from `at` on at which every e-mail may leave.

    If people live so far apart that there is none, the moment at which most of them may.
    """
    moments = sorted({at, *(end for zone in zones for end in _ends_of_quiet(zone, at, policy))})
    return max(moments, key=lambda moment: leaving_at(zones, moment, policy))  # the first of equals


def departures(zones: Zones, at: datetime, policy: SenderPolicy) -> list[Departure]:
    """Return when e-mails that are enqueued at `at` leave, by time."""
    counts: Counter[datetime] = Counter()
    for zone, count in zones.items():
        counts[next_allowed_time(at, zone, policy)] += count
    return [Departure(moment, counts[moment]) for moment in sorted(counts)]


def times_to_choose(
    zones: Zones, earliest: datetime, zone: str, policy: SenderPolicy
) -> list[datetime]:
    """Return the moments that a member may choose from, the usual one first.

    That is when every e-mail may leave; then, if it is sooner, when those in the program's own time
    zone `zone` may.
    """
    together = shared_time(zones, earliest, policy)
    sooner = next_allowed_time(earliest, zone, policy)
    is_useful = sooner < together and leaving_at(zones, sooner, policy)
    return [together, sooner] if is_useful else [together]


def later_moment(
    zones: Zones, promised: datetime, at: datetime, policy: SenderPolicy
) -> datetime | None:
    """Return when to release instead, if at `at` fewer e-mails would leave than was promised.

    That happens when the process that sends them was down at the promised moment.
    """
    if leaving_at(zones, at, policy) >= leaving_at(zones, promised, policy):
        return None
    return shared_time(zones, at, policy)


def _ends_of_quiet(zone: str, at: datetime, policy: SenderPolicy) -> list[datetime]:
    """Return the moments after `at` at which quiet hours may end in a time zone."""
    local = at.astimezone(ZoneInfo(zone))
    ends = []
    for days in range(DAYS_AHEAD):
        for hour in (0, policy.quiet_until_hour):  # a weekend ends at midnight, a night at its hour
            wall = datetime.combine(
                local.date() + timedelta(days=days), time(hour), tzinfo=local.tzinfo
            )
            end = wall.astimezone(UTC)  # a wall time that the clock change skips becomes a real one
            if end > at:
                ends.append(end)
    return ends
