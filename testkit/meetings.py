"""Factories of meetings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from matches.models import Match
from meetings import scheduling
from meetings.models import Meeting


def meeting(match: Match, at: datetime | None = None, **fields: Any) -> Meeting:
    """Make an agreed meeting, by default in a week, in the mentee's time zone."""
    by = fields.pop("by", match.mentee.person)
    at = (
        (at or timezone.now() + timedelta(days=7))
        .astimezone(ZoneInfo(by.time_zone))
        .replace(second=0, microsecond=0)
    )
    fields = {"minutes": 60, "mode": "video", "is_agreed": True, **fields}
    return scheduling.plan_meeting(match, by=by, on=at.date(), wall_time=at.time(), **fields)


def held(match: Match, at: datetime | None = None, **fields: Any) -> Meeting:
    """Make a meeting that took place, by default yesterday."""
    at = at or timezone.now() - timedelta(days=1)
    planned = meeting(match, at, **fields)
    scheduling.record_held(planned, by=match.mentee.person, at=at + timedelta(hours=2))
    return planned
