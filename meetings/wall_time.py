"""Wall time: a meeting is set by the clock of a place, and its time in UTC follows from that."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def to_utc(day: date, wall_time: time, zone_name: str) -> datetime:
    """Return the time in UTC at which the clocks of `zone_name` show `wall_time` on `day`.

    When clocks go back and show a time twice, it is the first; a time that they skip moves forward
    with them.
    """
    local = datetime.combine(day, wall_time, tzinfo=ZoneInfo(zone_name))
    return local.replace(fold=0).astimezone(UTC)
