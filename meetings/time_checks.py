"""What can be wrong with a time that someone suggests for a meeting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q, prefetch_related_objects
from django.template.defaultfilters import date as format_date
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from accounts.wall_time import WallTime
from matches.models import Match

from .models import MAX_MINUTES, MAX_TIMES, MIN_MINUTES, Meeting


@dataclass(frozen=True)
class TimeProblem:
    """Why a time can't be used; `index` is its place in the list, from 0."""

    index: int
    message: str


def problems(
    times: Sequence[WallTime],
    match: Match,
    *,
    by: User,
    minutes: int,
    at: datetime,
    meeting: Meeting | None = None,
) -> Iterator[TimeProblem]:
    """Yield at most one problem for each of the times that `by` suggests at `at`.

    A time must be in the future, before the end of the pair's term, given once, and free in the
    calendar of `by`. `meeting` is the one that is to be moved; it is in nobody's way.
    """
    others = _others(times, match, by=by, meeting=meeting)
    seen: set[datetime] = set()
    for index, when in enumerate(times):
        message = (
            _in_the_past(when, at, by)
            or _entered_twice(when, seen, by)
            or _after_the_end(match, when, at)
            or clash(others, match, when.starts_at, minutes, by=by)
        )
        seen.add(when.starts_at)
        if message:
            yield TimeProblem(index, message)


def _in_the_past(when: WallTime, at: datetime, by: User) -> str:
    if when.starts_at > at:
        return ""
    text = _("%(when)s is in the past. If you have already met, record the meeting.")
    return text % {"when": _show(when.starts_at, by)}


def _entered_twice(when: WallTime, seen: set[datetime], by: User) -> str:
    if when.starts_at not in seen:
        return ""
    return _("You have entered %(when)s twice.") % {"when": _show(when.starts_at, by)}


def raise_first(found: Iterator[TimeProblem]) -> None:
    """Raise ActionNotAllowed with the first problem, if there is any."""
    for problem in found:
        raise ActionNotAllowed(problem.message)


def check_minutes(minutes: int) -> None:
    """Raise ActionNotAllowed for a length that no meeting has. Nothing is cut to fit."""
    if not MIN_MINUTES <= minutes <= MAX_MINUTES:
        raise ActionNotAllowed(minutes_message())


def minutes_message() -> str:
    """Return the sentence that names the shortest and the longest meeting."""
    limits = {"low": MIN_MINUTES, "high": MAX_MINUTES}
    return _("Enter a length from %(low)s to %(high)s minutes.") % limits


def check_number(times: Sequence[WallTime], *, is_agreed: bool) -> None:
    """Raise ActionNotAllowed unless there are one to three times; one if it is agreed already."""
    if not times:
        raise ActionNotAllowed(_("Enter at least one date and time."))
    if len(times) > MAX_TIMES:
        text = _("Suggest at most %(count)s times.")
        raise ActionNotAllowed(text % {"count": MAX_TIMES})
    if is_agreed and len(times) > 1:
        raise ActionNotAllowed(_("Enter only the time that you have agreed on."))


def _after_the_end(match: Match, when: WallTime, at: datetime) -> str:
    ends_on = match.ends_on
    today = at.astimezone(ZoneInfo(when.zone)).date()
    # After the last day there is no later limit: a pair that is late may still have its last talk.
    if ends_on is None or when.on <= ends_on or today > ends_on:
        return ""
    return _("Your time together ends on %(day)s. Choose a day up to then.") % {
        "day": format_date(ends_on, "DATE_FORMAT")
    }


def _others(
    times: Sequence[WallTime], match: Match, *, by: User, meeting: Meeting | None
) -> list[Meeting]:
    """Return the meetings of `by` near these times: confirmed ones, and what this pair suggests."""
    if not times:
        return []
    longest = timedelta(minutes=MAX_MINUTES)
    first = min(when.starts_at for when in times) - longest
    last = max(when.starts_at for when in times) + longest
    is_near = Q(starts_at__range=(first, last))
    is_set = Q(state=Meeting.State.SET) & is_near
    is_proposed = Q(awaiting__isnull=False, match=match, lapses_at__gte=first)
    rows = Meeting.objects.of(by).filter(is_set | is_proposed)
    if meeting is not None:
        rows = rows.exclude(pk=meeting.pk)
    found = list(rows.prefetch_related("times"))
    for other in found:
        if other.match_id == match.pk:
            other.match = match
    people = Match.objects.select_related("mentee__person", "mentor__person")
    of_other_pairs = [other for other in found if other.match_id != match.pk]
    prefetch_related_objects(of_other_pairs, Prefetch("match", people))
    return found


def clash(
    others: Sequence[Meeting], match: Match, starts_at: datetime, minutes: int, *, by: User
) -> str:
    """Return the sentence about the meeting of `by` that overlaps this time; "" without one."""
    ends_at = starts_at + timedelta(minutes=minutes)
    for other in others:
        taken = [other.starts_at] if other.state == Meeting.State.SET else []
        taken += [row.starts_at for row in other.times.all() if other.match_id == match.pk]
        for begin in taken:
            if begin < ends_at and starts_at < begin + timedelta(minutes=other.minutes):
                return _clash_message(other, begin, match, by)
    return ""


def _clash_message(other: Meeting, begin: datetime, match: Match, by: User) -> str:
    facts = {
        "name": other.match.partner_of(by).name,
        "when": _show(begin, by),
        "minutes": other.minutes,
    }
    if other.match_id == match.pk:
        return (
            _(
                "You and %(name)s already have a meeting on %(when)s (%(minutes)s minutes)."
                " Move that one, or choose another time."
            )
            % facts
        )
    return (
        _("You are meeting %(name)s on %(when)s (%(minutes)s minutes). Choose another time.")
        % facts
    )


def clashes_of(meeting: Meeting, starts_at: datetime, *, by: User) -> str:
    """Return the sentence about a meeting of `by` that overlaps `meeting` at `starts_at`, or ""."""
    when = WallTime(starts_at.date(), starts_at.time(), "UTC")
    others = _others([when], meeting.match, by=by, meeting=meeting)
    confirmed = [row for row in others if row.state == Meeting.State.SET]
    return clash(confirmed, meeting.match, starts_at, meeting.minutes, by=by)


def _show(starts_at: datetime, person: User) -> str:
    local = starts_at.astimezone(ZoneInfo(person.time_zone))
    return format_date(local, "WEEKDAY_YEAR_TIME_FORMAT")
