"""Times at which both people of a pair are usually free, from the weeks in their profiles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import prefetch_related_objects

from accounts.models import User
from accounts.models.people import DAYS, PARTS
from matches.models import Match

from . import time_checks
from .models import MAX_TIMES
from .wall_time import WallTime

FIRST_DAY, LAST_DAY = 2, 22  # days from today
STEP = timedelta(minutes=30)
Week = tuple[frozenset[str], ZoneInfo]  # usual times, and the clock that they are told by


def usual_times(match: Match, person: User, *, minutes: int, at: datetime) -> list[WallTime]:
    """Return up to three times, on different days, that suit the usual weeks of both.

    Each begins on the hour or half hour by the clock of `person`, lasts `minutes`, and has nothing
    against it (`time_checks.problems`). Empty when one of the two named no usual times.
    """
    prefetch_related_objects(match.people, "profile")
    weeks = [_week(who) for who in match.people]
    found = list(in_both_weeks(weeks, person.time_zone, minutes=minutes, at=at))
    taken = time_checks.problems(found, match, by=person, minutes=minutes, at=at)
    refused = {problem.index for problem in taken}
    possible = [when for index, when in enumerate(found) if index not in refused]
    first_of_day = {when.on: when for when in reversed(possible)}
    return _spread(sorted(first_of_day.values(), key=lambda when: when.on))


def in_both_weeks(
    weeks: Sequence[Week], zone: str, *, minutes: int, at: datetime
) -> Iterator[WallTime]:
    """Yield the beginnings, by the clocks of `zone`, of meetings that fit in all of the weeks."""
    if not all(slots for slots, _clock in weeks):
        return
    today = at.astimezone(ZoneInfo(zone)).date()
    for day in range(FIRST_DAY, LAST_DAY + 1):
        for when in _starts(today + timedelta(days=day), zone):
            if all(_is_free(slots, clock, when.starts_at, minutes) for slots, clock in weeks):
                yield when


def _week(person: User) -> Week:
    profile = getattr(person, "profile", None)
    return frozenset(profile.availability if profile else ()), ZoneInfo(person.time_zone)


def _starts(on: date, zone: str) -> Iterator[WallTime]:
    """Yield each time of a day; none that the clocks skip."""
    for number in range(timedelta(days=1) // STEP):
        when = WallTime(on, (datetime.combine(on, time(0)) + number * STEP).time(), zone)
        if not when.is_skipped:
            yield when


def _is_free(slots: frozenset[str], zone: ZoneInfo, starts_at: datetime, minutes: int) -> bool:
    """Whether every part of a meeting lies in the usual times of a week, by its own clock."""
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
