"""Time zones: which there are, and how a person chooses one."""

from __future__ import annotations

from functools import cache
from typing import Any
from zoneinfo import available_timezones

OLD_NAMES = {"Etc", "SystemV", "US"}  # what stands for other zones, or is no place


@cache
def zones() -> frozenset[str]:
    """Names of time zones; to ask for them reads hundreds of files, which stay the same while we run."""
    return frozenset(available_timezones())


@cache
def zone_choices() -> list[Any]:
    """Time zones by region, as people know them: "America / Toronto"."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for zone in sorted(zones()):
        region, _slash, town = zone.partition("/")
        if town and region not in OLD_NAMES:
            regions.setdefault(region, []).append((zone, town.replace("_", " ").replace("/", ", ")))
    return [("UTC", "UTC"), *regions.items()]
