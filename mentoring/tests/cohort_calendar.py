"""When the worker of a simulated cohort ran and people may be written to; what is expected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from .cohort_facts import Facts, PairFact, Person

FOREVER = datetime.max.replace(tzinfo=UTC)
QUIET_FROM, QUIET_UNTIL = 20, 8
DAY, HOUR, WEEK = timedelta(days=1), timedelta(hours=1), timedelta(days=7)


@dataclass(frozen=True)
class Expected:
    """One e-mail: sent in the run of the worker at `at`.

    `is_optional`: it counts towards the weekly limit, and may be later or be dropped when the
    person has had as many in the week before. It is then sent before `until`.
    `may`: the specification leaves open whether it is sent; never another time than these.
    """

    kind: str
    person: Person
    about: int  # the pair, or the concern or role
    at: datetime
    until: datetime = FOREVER
    is_optional: bool = False
    may: bool = False
    slack: timedelta = timedelta()


class Calendar:
    """When the worker ran, and when each person may be written to."""

    def __init__(self, facts: Facts) -> None:
        self.facts, self.runs = facts, sorted(facts.runs)

    def run_from(self, moment: datetime) -> datetime:
        """Return the first run at `moment` or later."""
        return next((run for run in self.runs if run >= moment), FOREVER)

    def first_run(self, moment: datetime, pair: PairFact) -> datetime:
        """Return the first run then or later in which the pair is not paused."""
        return next(
            (run for run in self.runs if run >= moment and not pair.is_paused(run)), FOREVER
        )

    def first_daytime(self, moment: datetime, person: Person) -> datetime:
        """Return the first run then or later in which it is day, and a working day, for them."""
        for run in self.runs:
            local = run.astimezone(ZoneInfo(person.zone))
            is_day = QUIET_UNTIL <= local.hour < QUIET_FROM and local.isoweekday() <= 5
            if run >= moment and is_day:
                return run
        return FOREVER

    def expect(
        self,
        kind: str,
        person: Person,
        pair: PairFact,
        due: datetime,
        *,
        until: datetime | None = None,
        is_optional: bool = False,
        is_urgent: bool = False,
        may: bool = False,
        slack: timedelta = timedelta(),
        told_after_end: bool = False,
        in_pauses: bool = False,
    ) -> Expected | None:
        """Return what follows from something due then that makes sense until `until`."""
        stop = until or FOREVER
        if not told_after_end:
            stop = min(stop, pair.ended_at or FOREVER)
        noticed = self.run_from(due) if in_pauses else self.first_run(due, pair)
        if noticed >= stop:
            return None
        sent = noticed if is_urgent else self.first_daytime(noticed, person)
        if sent >= stop or sent == FOREVER:
            return None
        if not in_pauses and pair.is_paused(sent):
            may = True
        return Expected(kind, person, pair.pk, sent, stop, is_optional, may, slack)


def day_begins(day: date) -> datetime:
    """Return the first moment of a day on the program's calendar, which is that of UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
