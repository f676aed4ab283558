"""What a statement says, as data: read from the log of meetings on the day of issue.

1. Of meetings only those that the pair has recorded as held count, with the minutes that they
   recorded.
2. Of events only those that were held count, for people whose attendance was recorded, with the
   minutes that the event says (`Event.credit`). They are in hours, not in certificates.
3. A credential year begins in the month that the program sets (`Policy.credential_year_month`). A
   meeting and an event count in the year of their date, each in its own time zone.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Self

from dateutil.relativedelta import relativedelta
from django.utils import timezone

from accounts.models import User
from events.models import Event, SignUp
from matches.models import Match
from programs.models import Program

from ..models import Meeting, MeetingQuerySet


@dataclass(frozen=True)
class Line:
    """One meeting: ISO date, "mentor" or "mentee", how (`Meeting.Mode`), minutes.

    Or one event: its kind (`Event.Kind`), then without role and mode.
    """

    on: str
    role: str
    mode: str
    minutes: int
    event: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the facts of the line; those of a meeting as they were before there were events.

        Otherwise each statement of before would look as if its facts had changed.
        """
        found = asdict(self)
        return found if self.event else {k: v for k, v in found.items() if k != "event"}


@dataclass(frozen=True)
class Facts:
    """The facts of one statement. Dates are ISO; `role` is "" where the lines have their own."""

    name: str
    program: str
    first: str
    last: str
    role: str = ""
    lines: list[Line] = field(default_factory=list)

    @property
    def minutes(self) -> int:
        return sum(line.minutes for line in self.lines)

    def as_json(self) -> dict[str, object]:
        """Return what `from_json` reads."""
        return {**asdict(self), "lines": [line.as_json() for line in self.lines]}

    @classmethod
    def from_json(cls, stored: dict[str, object]) -> Self:
        """Return the facts that `as_json` has written."""
        rows = stored["lines"]
        lines = [Line(**row) for row in rows] if isinstance(rows, list) else []
        return cls(**{**stored, "lines": lines})  # type: ignore[arg-type]  # as asdict wrote it


def first_day(program: Program, year: int) -> date:
    """Return the first day of the credential year that begins in `year`."""
    return date(year, program.policy.credential_year_month, 1)


def last_day(program: Program, year: int) -> date:
    """Return the last day of the credential year that begins in `year`."""
    return first_day(program, year) + relativedelta(years=1, days=-1)


def year_of(program: Program, day: date) -> int:
    """Return the year in which the credential year of `day` begins."""
    return day.year if day.month >= program.policy.credential_year_month else day.year - 1


def held_by(person: User) -> MeetingQuerySet:
    """Return the meetings that `person` has held, the earliest first."""
    rows = Meeting.objects.of(person).held()
    real = rows.exclude(match__closed_kind=Match.Closed.IN_ERROR)
    return real.select_related("match__mentee").order_by("on", "wall_time", "pk")


def attended_by(person: User) -> list[Event]:
    """Return the events that `person` has attended and that count, the earliest first."""
    mine = SignUp.objects.of(person).attended().values("event")
    rows = Event.objects.filter(pk__in=mine).order_by("on", "wall_time", "pk")
    return [event for event in rows if event.credit]


def minutes_by_year(person: User) -> dict[tuple[Program, int], int]:
    """Return {(program, credential year): minutes that count in it}, the latest year first."""
    meetings = held_by(person).values_list("match__mentee__cohort__program", "on", "minutes")
    rows = [*meetings, *((row.program_id, row.on, row.credit) for row in attended_by(person))]
    mine = {pk for pk, _on, _minutes in rows}
    programs = Program.objects.select_related("policy").in_bulk(mine)
    found: dict[tuple[Program, int], int] = {}
    for pk, on, minutes in rows:
        program = programs[pk]
        key = program, year_of(program, on)
        found[key] = found.get(key, 0) + minutes
    return dict(sorted(found.items(), key=lambda item: (-item[0][1], item[0][0].name)))


def hours_facts(person: User, program: Program, year: int) -> Facts:
    """Return the facts of an hours statement."""
    first, last = first_day(program, year), last_day(program, year)
    rows = held_by(person).filter(match__mentee__cohort__program=program)
    lines = _lines(rows.filter(on__range=(first, last)), person)
    lines += [
        Line(event.on.isoformat(), "", "", event.credit, event.kind)
        for event in attended_by(person)
        if event.program_id == program.pk and first <= event.on <= last
    ]
    lines.sort(key=lambda line: line.on)
    return Facts(person.name, program.name, first.isoformat(), last.isoformat(), lines=lines)


def certificate_facts(match: Match, person: User) -> Facts:
    """Return the facts of the certificate of one of a pair that was completed."""
    closed_on = timezone.localdate(match.closed_at) if match.closed_at else None
    rows = held_by(person).filter(match=match)
    return Facts(
        person.name,
        match.program.name,
        timezone.localdate(match.introduced_at).isoformat(),
        closed_on.isoformat() if closed_on else "",
        role=match.application_of(person).role,
        lines=_lines(rows, person),
    )


def _lines(rows: MeetingQuerySet, person: User) -> list[Line]:
    return [
        Line(
            row.on.isoformat(),
            "mentee" if row.match.mentee.person_id == person.pk else "mentor",
            row.mode,
            row.minutes,
        )
        for row in rows
    ]
