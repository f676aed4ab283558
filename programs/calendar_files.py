"""Calendar files (RFC 5545, invitations RFC 5546), without database, clock or texts of this site.

A file that is sent as an invitation names its method: REQUEST for a new or changed event, CANCEL
for one that is off. The calendar program finds the event by its UID, which never changes, and obeys
the highest SEQUENCE. Times are wall times with the definition of their zone (VTIMEZONE).

`icalendar` writes the lines. The definitions of zones are made here: those of `icalendar` let
summer time begin an hour late.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import icalendar

DAY = timedelta(days=1)


@dataclass(frozen=True)
class CalendarPerson:
    """An organiser or a participant."""

    name: str
    email: str


@dataclass(frozen=True)
class Event:
    """One event. `starts_at` is aware; `zone` is the IANA name of the clock that it is set by."""

    uid: str
    sequence: int
    starts_at: datetime
    minutes: int
    zone: str
    title: str
    url: str = ""
    place: str = ""
    is_cancelled: bool = False
    organizer: CalendarPerson | None = None
    attendees: Sequence[CalendarPerson] = ()


def calendar(
    events: Sequence[Event], *, method: str, name: str = "", at: datetime, product: str
) -> str:
    """Return a calendar file with CRLF line breaks.

    `method`: PUBLISH, REQUEST or CANCEL. `at`: when the file is made. `name`: of a feed. `product`:
    of the program that makes it.
    """
    file = icalendar.Calendar()
    file.add("VERSION", "2.0")
    file.add("PRODID", f"-//{_text(product)}//meetings//EN")
    file.add("CALSCALE", "GREGORIAN")
    file.add("METHOD", method)
    if name:
        file.add("X-WR-CALNAME", icalendar.vText(_text(name)))
        file.add("REFRESH-INTERVAL", timedelta(hours=6), {"VALUE": "DURATION"})
    for zone in sorted({event.zone for event in events if event.zone != "UTC"}):
        moments = [event.starts_at for event in events if event.zone == zone]
        file.add_component(_zone_definition(zone, min(moments), max(moments) + DAY))
    for event in events:
        file.add_component(_event(event, at))
    return file.to_ical(sorted=False).decode()


def utc(moment: datetime) -> str:
    """Return a time in UTC as calendars write it: 20261203T223000Z."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _event(event: Event, at: datetime) -> icalendar.Event:
    found = icalendar.Event()
    found.add("UID", event.uid)
    found.add("SEQUENCE", event.sequence)
    found.add("DTSTAMP", at.astimezone(UTC))
    found.add("DTSTART", _local(event.starts_at, event.zone))
    found.add("DTEND", _local(event.starts_at + timedelta(minutes=event.minutes), event.zone))
    found.add("SUMMARY", _text(event.title))
    if event.place:
        found.add("LOCATION", _text(event.place))
    if event.url:
        found.add("DESCRIPTION", event.url)
        found.add("URL", event.url)
    if event.organizer:
        found.add("ORGANIZER", _address(event.organizer))
    for person in event.attendees:
        answer = {"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
        found.add("ATTENDEE", _address(person), answer)
    found.add("STATUS", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    return found


def _address(person: CalendarPerson) -> icalendar.vCalAddress:
    address = icalendar.vCalAddress(f"mailto:{person.email}")
    address.params["CN"] = " ".join(_text(person.name).split())
    return address


def _text(text: str) -> str:
    """Leave out what no value can hold: control characters, and line breaks but the plain one."""
    lines = text.splitlines()
    return "\n".join("".join(filter(str.isprintable, line)) for line in lines)


def _local(moment: datetime, zone: str) -> datetime:
    """Return a time by the clock of its zone; in UTC when that clock shows it a second time."""
    local = moment.astimezone(ZoneInfo(zone))
    return moment.astimezone(UTC) if local.fold or zone == "UTC" else local


def _zone_definition(zone: str, first: datetime, last: datetime) -> icalendar.Timezone:
    """Define a zone from before `first` until after `last`: one part for each change of offset."""
    found = icalendar.Timezone()
    found.add("TZID", zone)
    for before, onset in _onsets(ZoneInfo(zone), first, last):
        part = icalendar.TimezoneDaylight() if onset.dst() else icalendar.TimezoneStandard()
        # By the clock that was valid until then.
        part.add("DTSTART", (onset.astimezone(UTC) + before).replace(tzinfo=None))
        part.add("TZOFFSETFROM", before)
        part.add("TZOFFSETTO", onset.utcoffset())
        part.add("TZNAME", onset.tzname())
        found.add_component(part)
    return found


def _onsets(zone: tzinfo, first: datetime, last: datetime) -> Iterator[tuple[timedelta, datetime]]:
    """Yield the offset until then and the time of each change that matters between two times.

    The first one is a year before `first`, where any change may be missing.
    """
    day = (first - 366 * DAY).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    offset = _offset_at(day, zone)
    yield offset, day.astimezone(zone)
    while day < last:
        if _offset_at(day + DAY, zone) != offset:
            onset = _change(day, day + DAY, zone)
            yield offset, onset.astimezone(zone)
            offset = _offset_at(day + DAY, zone)
        day += DAY


def _change(low: datetime, high: datetime, zone: tzinfo) -> datetime:
    """Return the first second of the offset of `high`, which differs from that of `low`."""
    new = _offset_at(high, zone)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if _offset_at(middle, zone) == new:
            high = middle
        else:
            low = middle
    return high


def _offset_at(moment: datetime, zone: tzinfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)
