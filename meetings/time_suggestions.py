"""Times at which both people of a pair are usually free, from the weeks in their profiles."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import prefetch_related_objects

from accounts.models import User
from accounts.models.people import DAYS, PARTS
from accounts.wall_time import WallTime
from matches.models import Match

from . import time_checks
from .models import MAX_TIMES

FIRST_DAY, LAST_DAY = 2, 22  # days from today
STEP = timedelta(minutes=30)
Week = tuple[frozenset[str], ZoneInfo]  # usual times, and the clock that they are told by


def usual_times(match: Match, person: User, *, minutes: int, at: datetime) -> list[WallTime]:
    """Return up to three times, on different days, that suit the usual weeks of both.

    Each begins on the hour or half hour by the clock of `person`, lasts `minutes`, and has nothing
    against it (`time_checks.problems`). Empty when one of the two named no usual times.
    """
    prefetch_related_objects(match.people, "profile")
    partner = match.partner_of(person)
    # Both as the match has them: their profiles are read in one query.
    mine, theirs = _week(match.partner_of(partner)), _week(partner)
    found = list(in_both_weeks(mine, theirs, minutes=minutes, at=at))
    taken = time_checks.problems(found, match, by=person, minutes=minutes, at=at)
    refused = {problem.index for problem in taken}
    possible = [when for index, when in enumerate(found) if index not in refused]
    first_of_day = {when.on: when for when in reversed(possible)}
    return _spread(sorted(first_of_day.values(), key=lambda when: when.on))


def in_both_weeks(mine: Week, theirs: Week, *, minutes: int, at: datetime) -> Iterator[WallTime]:
    """Yield the beginnings, by the clock of `mine`, of meetings that fit in both weeks."""
    slots, zone = mine
    today = at.astimezone(zone).date()
    for day in range(FIRST_DAY, LAST_DAY + 1):
        midnight = datetime.combine(today + timedelta(days=day), time(0))
        for local in (midnight + number * STEP for number in range(timedelta(days=1) // STEP)):
            if _slot(local) not in slots:
                continue
            when = WallTime(local.date(), local.time(), zone.key)
            if not when.is_skipped and all(
                _is_free(week, when.starts_at, minutes) for week in (mine, theirs)
            ):
                yield when


def _week(person: User) -> Week:
    profile = getattr(person, "profile", None)
    return frozenset(profile.availability if profile else ()), ZoneInfo(person.time_zone)


def _is_free(week: Week, starts_at: datetime, minutes: int) -> bool:
    """Whether every part of a meeting lies in the usual times of a week, by its own clock."""
    slots, zone = week
    # Slots begin on the hour, and no clock differs by less than a quarter of one.
    moments = [
        starts_at + timedelta(minutes=minute) for minute in (*range(0, minutes, 15), minutes - 1)
    ]
    return all(_slot(moment.astimezone(zone)) in slots for moment in moments)


def _slot(local: datetime) -> str:
    """Return the slot of a local time, as profiles store it: "tue-evening"; "" at night."""
    for part, (first, last) in PARTS.items():
        if first <= local.hour < last:
            return f"{DAYS[local.weekday()]}-{part}"
    return ""


def _spread(times: list[WallTime]) -> list[WallTime]:
    """Return up to three of the times: the next ones, on different days of the week if possible."""
    of_weekday = {when.on.weekday(): when for when in reversed(times)}
    chosen = sorted(of_weekday.values(), key=lambda when: when.on)
    chosen += [when for when in times if when not in chosen]
    return sorted(chosen[:MAX_TIMES], key=lambda when: when.on)
