"""Wall time: a meeting is set by the clock of a place, and its time in UTC follows from that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def to_utc(day: date, wall_time: time, zone_name: str) -> datetime:
    """Return the time in UTC at which the clocks of `zone_name` show `wall_time` on `day`.

    When clocks go back and show a time twice, it is the first; a time that they skip moves forward
    with them.
    """
    local = datetime.combine(day, wall_time, tzinfo=ZoneInfo(zone_name))
    return local.replace(fold=0).astimezone(UTC)


@dataclass(frozen=True)
class WallTime:
    """A day and what the clocks of a zone show."""

    on: date
    wall_time: time
    zone: str

    @property
    def starts_at(self) -> datetime:
        return to_utc(self.on, self.wall_time, self.zone)

    @property
    def is_skipped(self) -> bool:
        """Whether the clocks never show it: they go forward over it."""
        return self.real != self

    @property
    def is_repeated(self) -> bool:
        """Whether the clocks show it twice: they go back over it."""
        local = datetime.combine(self.on, self.wall_time, tzinfo=ZoneInfo(self.zone))
        is_twice = local.utcoffset() != local.replace(fold=1).utcoffset()
        return is_twice and not self.is_skipped

    @property
    def real(self) -> WallTime:
        """What the clocks really show: a skipped time moved forward, any other as it is."""
        local = self.starts_at.astimezone(ZoneInfo(self.zone))
        return WallTime(local.date(), local.time(), self.zone)
