"""Days of the scenario as dates: day 0 is the publication of the first round."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

TODAY = {"applications": -40, "matching": -4, "running": 214, "closing": 372}


@dataclass(frozen=True)
class Calendar:
    """`now` is the real time, `today` the day of the scenario at that time."""

    now: datetime
    today: int

    @classmethod
    def of(cls, phase: str, now: datetime) -> Calendar:
        return cls(now.replace(minute=0, second=0, microsecond=0), TODAY[phase])

    def at(self, day: float, hour: int = 14) -> datetime:
        """Return the time of a day of the scenario, never later than now."""
        moment = self.now - timedelta(days=self.today - day)
        return min(moment.replace(hour=hour), self.now)

    def on(self, day: float) -> date:
        """Return the date of a day of the scenario, which may be in the future."""
        return (self.now - timedelta(days=self.today - day)).date()

    def is_past(self, day: float) -> bool:
        return day < self.today
