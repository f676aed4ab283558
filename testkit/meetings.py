"""Factories of meetings."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import User
from accounts.wall_time import WallTime
from matches.models import Match
from meetings import recording, scheduling
from meetings.models import Meeting


def when(person: User, days: float = 7, *, at: datetime | None = None) -> WallTime:
    """Return the time `days` from `at` (now) by the clock of `person`, in whole minutes."""
    start = (at or timezone.now()) + timedelta(days=days)
    local = start.astimezone(ZoneInfo(person.time_zone)).replace(second=0, microsecond=0)
    return WallTime(local.date(), local.time(), person.time_zone)


def meeting(
    match: Match,
    at: datetime | None = None,
    *,
    by: User | None = None,
    place: str = "",
    is_agreed: bool = True,
    times: list[WallTime] | None = None,
) -> Meeting:
    """Make an agreed meeting, by default in a week, in the mentee's time zone.

    One in the past was planned a day before.
    """
    by = by or match.mentee.person
    start = at or timezone.now() + timedelta(days=7)
    return scheduling.plan_meeting(
        match,
        by=by,
        times=times or [when(by, 0, at=start)],
        minutes=60,
        mode="video",
        place=place,
        is_agreed=is_agreed,
        at=min(timezone.now(), start - timedelta(days=1)),
    )


def held(match: Match, at: datetime | None = None, *, place: str = "") -> Meeting:
    """Make a meeting that took place, by default yesterday."""
    at = at or timezone.now() - timedelta(days=1)
    planned = meeting(match, at, place=place)
    recording.record(planned, by=match.mentee.person, at=at + timedelta(hours=2))
    return planned
