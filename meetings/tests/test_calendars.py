"""Calendar files: what they say, and that they name the same instant as the page."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.timezones import zone_names
from events import arranging, sign_ups
from meetings import feeds, scheduling
from meetings.calendars import add_links
from notifications.testing import deliver_due_emails
from programs.calendar_files import CalendarPerson, Event, calendar
from testkit import events, factories
from testkit import meetings as make

AT = datetime(2026, 11, 29, 12, tzinfo=UTC)


def event(zone, starts_at, **more):
    return Event("m@x.ca", 3, starts_at, 60, zone, "Meeting", **more)


def lines_of(text):
    assert text.endswith("\r\n")
    return text.replace("\r\n ", "").split("\r\n")[:-1]


def values(text, name):
    found = [line for line in lines_of(text) if re.match(rf"{name}[:;]", line)]
    return [line.partition(":")[2] for line in found]


def offset(text):
    sign = -1 if text[0] == "-" else 1
    hours, minutes, seconds = int(text[1:3]), int(text[3:5]), int(text[5:7] or 0)
    return sign * timedelta(hours=hours, minutes=minutes, seconds=seconds)


def read_wall(line):
    """Read a wall time without its zone, from a line or a value."""
    text = line.rpartition(":")[2]
    return datetime.fromisoformat(text)


def read_instant(text):
    """Read the start as RFC 5545 says: by the last change of the zone before this wall time."""
    start = [line for line in lines_of(text) if line.startswith("DTSTART")][-1]
    if start.endswith("Z"):
        return read_wall(start[:-1]).replace(tzinfo=UTC)
    wall = read_wall(start)
    zone = text.split("BEGIN:VEVENT")[0]
    onsets = [read_wall(value) for value in values(zone, "DTSTART")]
    offsets = [offset(value) for value in values(zone, "TZOFFSETTO")]
    valid = max(pair for pair in zip(onsets, offsets, strict=True) if pair[0] <= wall)
    return (wall - valid[1]).replace(tzinfo=UTC)


@pytest.mark.parametrize("year", [2026, 2027])
def test_every_zone_gives_the_same_instant_as_the_page(year):
    zones = sorted(zone_names() - {"UTC", "localtime"})
    assert len(zones) > 400
    for zone in zones:
        for month in (1, 7, 10):
            start = datetime(year, month, 15, 17, 30, tzinfo=ZoneInfo(zone)).astimezone(UTC)
            text = calendar([event(zone, start)], method="REQUEST", at=AT, product="x")
            assert read_instant(text) == start, zone
            # By the name of the zone, as most programs read it.
            assert icalendar.Calendar.from_ical(text).events[0].start == start, zone
            # By its definition: no program knows this name. Each keeps what it read of a name.
            text = re.sub(f"(TZID[:=]){re.escape(zone)}", rf"\1X-{year}-{month}-{zone}", text)
            assert icalendar.Calendar.from_ical(text).events[0].start == start, zone
            read = vobject.readOne(text)
            wall = read.vevent.dtstart.value.replace(tzinfo=read.vtimezone.tzinfo)
            assert wall == start, zone


@pytest.mark.parametrize("zone", ["America/Toronto", "Europe/Paris", "Australia/Lord_Howe"])
def test_around_a_change_of_the_clocks_the_instant_is_right(zone):
    start = datetime(2026, 1, 1, 6, 30, tzinfo=UTC)
    for _day in range(366):
        text = calendar([event(zone, start)], method="PUBLISH", at=AT, product="x")
        assert read_instant(text) == start
        start += timedelta(days=1)


def test_an_invitation_names_method_uid_sequence_and_people():
    people = [CalendarPerson('Ben "B" Okoro', "ben@example.org")]
    host = CalendarPerson("Lakeshore, HR", "program@example.org")
    start = datetime(2026, 12, 3, 22, 30, tzinfo=UTC)
    text = calendar(
        [event("UTC", start, place="Café; Nord\nhere", organizer=host, attendees=people)],
        method="REQUEST",
        at=AT,
        product="x",
    )
    assert values(text, "METHOD") == ["REQUEST"]
    assert (values(text, "UID"), values(text, "SEQUENCE")) == (["m@x.ca"], ["3"])
    assert values(text, "DTSTART") == ["20261203T223000Z"]
    assert values(text, "DTEND") == ["20261203T233000Z"]
    assert values(text, "LOCATION") == ["Café\\; Nord\\nhere"]
    assert 'ORGANIZER;CN="Lakeshore, HR":mailto:program@example.org' in lines_of(text)
    (attendee,) = [line for line in lines_of(text) if line.startswith("ATTENDEE")]
    assert "CN=\"Ben ^'B^' Okoro\"" in attendee
    assert "STATUS:CONFIRMED" in lines_of(text)


@given(st.text(max_size=300))
def test_any_text_is_read_back_without_what_no_calendar_can_hold(text):
    start = datetime(2026, 12, 3, 22, 30, tzinfo=UTC)
    host = CalendarPerson(text, "p@example.org")
    made = event("UTC", start, place=text, organizer=host)
    file = calendar([made], method="REQUEST", name=text, at=AT, product=text)
    assert all(len(line.encode()) <= 75 for line in file.split("\r\n"))
    (read,) = icalendar.Calendar.from_ical(file).events
    kept = ["".join(filter(str.isprintable, line)) for line in text.splitlines()]
    assert read.get("LOCATION", "") == "\n".join(kept)
    assert read["ORGANIZER"].params.get("CN", "") == " ".join("\n".join(kept).split())


# --- in e-mails and on pages


def invitations():
    found = []
    for mail in deliver_due_emails(reconcile=False):
        for part in mail.message().walk():
            if part.get_content_type() == "text/calendar":
                text = part.get_payload(decode=True).decode()
                found.append((mail.to[0].split(".")[0], part.get_param("method"), text))
    return sorted(found)


@pytest.mark.django_db
def test_the_life_of_a_meeting_in_both_calendars(match, ada, ben):
    meeting = make.meeting(match, is_agreed=False, place="Café Nord")
    assert invitations() == [], "a suggestion is in no calendar"
    scheduling.accept(meeting, by=ada)
    first = invitations()
    assert [(to, method) for to, method, _text in first] == [("ada", "REQUEST"), ("ben", "REQUEST")]
    assert all("LOCATION:Café Nord" in text for _to, _method, text in first)
    scheduling.suggest_times(meeting, [make.when(ben, 9)], by=ben)
    ((to, method, text),) = invitations()
    assert (to, method) == ("ada", "REQUEST")
    assert values(text, "DTSTART") == values(first[0][2], "DTSTART"), "the old date holds"
    scheduling.accept(meeting, by=ada)
    moved = invitations()
    assert {method for _to, method, _text in moved} == {"REQUEST"}
    scheduling.cancel(meeting, by=ben)
    off = invitations()
    assert [(to, method) for to, method, _text in off] == [("ada", "CANCEL"), ("ben", "CANCEL")]
    uids = {
        value
        for found in (first, moved, off)
        for *_x, text in found
        for value in values(text, "UID")
    }
    assert len(uids) == 1
    numbers = [int(values(found[0][2], "SEQUENCE")[0]) for found in (first, moved, off)]
    assert numbers == sorted(set(numbers))


@pytest.mark.django_db
def test_the_page_offers_a_file_and_links(match, as_user, ben, ada):
    meeting = make.meeting(match, place="Room & 1")
    url = reverse("meetings:meeting-calendar", args=[meeting.public_id])
    answer = as_user(ben).get(url)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert values(answer.content.decode(), "METHOD") == ["PUBLISH"]
    (_label, google), (_name, outlook) = add_links(meeting, ben, place="Room & 1")
    query = parse_qs(urlsplit(google).query)
    assert query["location"] == ["Room & 1"]
    assert query["dates"][0].startswith(meeting.starts_at.strftime("%Y%m%dT%H%M%SZ/"))
    ends_at = (meeting.starts_at + timedelta(minutes=60)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert parse_qs(urlsplit(outlook).query)["enddt"] == [ends_at]
    page = as_user(ben).get(reverse("meetings:meeting-list", args=[match.public_id]))
    assert "calendar.google.com" in page.content.decode()


@pytest.mark.django_db
def test_a_suggestion_has_no_calendar_file(match, as_user, ben, dan):
    meeting = make.meeting(match, is_agreed=False)
    url = reverse("meetings:meeting-calendar", args=[meeting.public_id])
    assert as_user(ben).get(url).status_code == 404
    scheduling.accept(meeting, by=match.mentor.person, at=timezone.now())
    assert as_user(dan).get(url).status_code == 404


def test_the_feed_has_the_events_one_has_a_place_for(program, cohort, cleo, dan):
    factories.application(dan, cohort)
    mine, left, off = (
        events.published(program, by=cleo, titles={"en": name}, link="https://meet.example.org/x")
        for name in ("Kick-off", "Circle", "Party")
    )
    for one in (mine, left, off):
        sign_ups.sign_up(one, by=dan)
    sign_ups.leave(left, by=dan)
    arranging.cancel(off, by=cleo, reason="No room")
    text = feeds.feed_of(dan, at=timezone.now())
    (read,) = icalendar.Calendar.from_ical(text).events
    assert read.start == mine.starts_at
    assert str(read["SUMMARY"]).startswith("Kick-off")
    assert "meet.example.org" not in text
