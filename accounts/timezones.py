"""Time zones: valid names, and choices for forms."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

NOT_REGIONS = {"Etc", "SystemV", "US"}  # aliases of other zones, or no places


@cache
def zone_names() -> frozenset[str]:
    """Return the names of time zones. Cached: available_timezones() scans the filesystem."""
    return frozenset(available_timezones())


def zone_label(name: str) -> str:
    """Return the name of a time zone's town, as in the list to choose from."""
    return name.partition("/")[2].replace("_", " ").replace("/", ", ") or name


@cache
def zone_choices() -> list[tuple[str, str | list[tuple[str, str]]]]:
    """Return choices for a form field, grouped by region: "Toronto" under "America"."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for zone in sorted(zone_names()):
        region, _slash, town = zone.partition("/")
        if town and region not in NOT_REGIONS:
            regions.setdefault(region, []).append((zone, town.replace("_", " ").replace("/", ", ")))
    return [("UTC", "UTC"), *regions.items()]
