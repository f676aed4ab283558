"""The story's days as moments: day 0 is the publication of the first round, and each phase says which day is today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

TODAY = {"applications": -40, "matching": -4, "running": 214, "closing": 372}


@dataclass(frozen=True)
class Calendar:
    """`now` is the real moment; `today` the day of the story that it stands for."""

    now: datetime
    today: int

    @classmethod
    def of(cls, phase: str, now: datetime) -> Calendar:
        return cls(now.replace(minute=0, second=0, microsecond=0), TODAY[phase])

    def at(self, day: float, hour: int = 14) -> datetime:
        """The moment of a day of the story; never later than now."""
        moment = self.now - timedelta(days=self.today - day)
        return min(moment.replace(hour=hour), self.now)

    def on(self, day: float) -> date:
        """The date of a day of the story, which may be ahead of us."""
        return (self.now - timedelta(days=self.today - day)).date()

    def is_past(self, day: float) -> bool:
        return day < self.today
