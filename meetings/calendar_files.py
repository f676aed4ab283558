"""Calendar files (RFC 5545, invitations RFC 5546), without database, clock or texts of this site.

A file that is sent as an invitation names its method: REQUEST for a new or changed event, CANCEL
for one that is off. The calendar program finds the event by its UID, which never changes, and obeys
the highest SEQUENCE. Times are wall times with the definition of their zone (VTIMEZONE).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

MAX_OCTETS = 75  # of a line, without its line break
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
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{escape(product)}//meetings//EN"]
    lines += ["CALSCALE:GREGORIAN", f"METHOD:{method}"]
    if name:
        lines += [f"X-WR-CALNAME:{escape(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT6H"]
    for zone in sorted({event.zone for event in events if event.zone != "UTC"}):
        moments = [event.starts_at for event in events if event.zone == zone]
        lines += _zone_lines(zone, min(moments), max(moments) + DAY)
    for event in events:
        lines += _event_lines(event, at)
    lines.append("END:VCALENDAR")
    return "".join(part + "\r\n" for line in lines for part in folded(line))


def escape(text: str) -> str:
    """Escape a text value: commas, semicolons, backslashes and line breaks."""
    text = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def parameter(text: str) -> str:
    """Quote the value of a parameter, which can hold no quotes and no line breaks (RFC 6868)."""
    text = text.replace("^", "^^").replace('"', "^'")
    return '"' + " ".join(text.split()) + '"'


def folded(line: str) -> Iterator[str]:
    """Yield a line in parts of at most 75 octets, never within a character."""
    part, size = "", 0
    for character in line:
        octets = len(character.encode())
        if size + octets > MAX_OCTETS:
            yield part
            part, size = " ", 1
        part, size = part + character, size + octets
    yield part


def _event_lines(event: Event, at: datetime) -> Iterator[str]:
    ends_at = event.starts_at + timedelta(minutes=event.minutes)
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"DTSTAMP:{utc(at)}"
    yield f"DTSTART{_local(event.starts_at, event.zone)}"
    yield f"DTEND{_local(ends_at, event.zone)}"
    yield f"SUMMARY:{escape(event.title)}"
    if event.place:
        yield f"LOCATION:{escape(event.place)}"
    if event.url:
        yield f"DESCRIPTION:{escape(event.url)}"
        yield f"URL:{event.url}"
    if event.organizer:
        yield f"ORGANIZER;CN={parameter(event.organizer.name)}:mailto:{event.organizer.email}"
    for person in event.attendees:
        options = f"CN={parameter(person.name)};ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE"
        yield f"ATTENDEE;{options}:mailto:{person.email}"
    yield f"STATUS:{'CANCELLED' if event.is_cancelled else 'CONFIRMED'}"
    yield "END:VEVENT"


def utc(moment: datetime) -> str:
    """Return a time in UTC as calendars write it: 20261203T223000Z."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _local(moment: datetime, zone: str) -> str:
    if zone == "UTC":
        return f":{utc(moment)}"
    local = moment.astimezone(ZoneInfo(zone))
    if local.fold:  # the clocks show it for the second time: only UTC says which
        return f":{utc(moment)}"
    return f";TZID={zone}:{local:%Y%m%dT%H%M%S}"


def _zone_lines(zone: str, first: datetime, last: datetime) -> Iterator[str]:
    """Define a zone from before `first` until after `last`: one part for each change of offset."""
    yield "BEGIN:VTIMEZONE"
    yield f"TZID:{zone}"
    for before, onset in _onsets(ZoneInfo(zone), first, last):
        after = onset.utcoffset() or timedelta(0)
        kind = "DAYLIGHT" if onset.dst() else "STANDARD"
        yield f"BEGIN:{kind}"
        # By the clock that was valid until then.
        yield f"DTSTART:{(onset.astimezone(UTC) + before):%Y%m%dT%H%M%S}"
        yield f"TZOFFSETFROM:{_offset(before)}"
        yield f"TZOFFSETTO:{_offset(after)}"
        yield f"TZNAME:{onset.tzname()}"
        yield f"END:{kind}"
    yield "END:VTIMEZONE"


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


def _offset(offset: timedelta) -> str:
    seconds = int(offset.total_seconds())
    sign, seconds = ("-" if seconds < 0 else "+"), abs(seconds)
    text = f"{sign}{seconds // 3600:02}{seconds % 3600 // 60:02}"
    return text + (f"{seconds % 60:02}" if seconds % 60 else "")
