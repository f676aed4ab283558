"""Wall time and moments. A meeting is at a time on the clock of a place; the moment in UTC follows from it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def moment(day: date, wall_time: time, zone_name: str) -> datetime:
    """Return the moment in UTC at which the clocks of `zone_name` show `wall_time` on `day`.

    When clocks go back and show a time twice it is the first; a time that they skip moves forward with them.
    """
    return (
        datetime.combine(day, wall_time, tzinfo=ZoneInfo(zone_name)).replace(fold=0).astimezone(UTC)
    )
