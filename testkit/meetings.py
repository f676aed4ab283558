"""Factories of meetings."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import User
from matches.models import Match
from meetings import scheduling
from meetings.models import Meeting


def meeting(
    match: Match,
    at: datetime | None = None,
    *,
    by: User | None = None,
    place: str = "",
    is_agreed: bool = True,
) -> Meeting:
    """Make an agreed meeting, by default in a week, in the mentee's time zone."""
    by = by or match.mentee.person
    at = (
        (at or timezone.now() + timedelta(days=7))
        .astimezone(ZoneInfo(by.time_zone))
        .replace(second=0, microsecond=0)
    )
    return scheduling.plan_meeting(
        match,
        by=by,
        on=at.date(),
        wall_time=at.time(),
        minutes=60,
        mode="video",
        place=place,
        is_agreed=is_agreed,
    )


def held(match: Match, at: datetime | None = None, *, place: str = "") -> Meeting:
    """Make a meeting that took place, by default yesterday."""
    at = at or timezone.now() - timedelta(days=1)
    planned = meeting(match, at, place=place)
    scheduling.record_held(planned, by=match.mentee.person, at=at + timedelta(hours=2))
    return planned
