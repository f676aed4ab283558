"""Events in people's calendars: the files of e-mails and pages, and links for web calendars."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from accounts.models import User
from notifications.links import absolute
from programs import calendar_links
from programs.calendar_files import CalendarPerson, calendar
from programs.calendar_files import Event as CalendarEntry

from .models import Event

FILE_NAME = "event.ics"


def entry_of(
    event: Event, person: User, *, is_invitation: bool = False, is_public: bool = False
) -> CalendarEntry:
    """Return the calendar entry of `person`, who has a place; it names no other participant.

    `is_public`: for an address that needs no sign-in, without the link to join. A cancelled event
    has none either: nobody would be there.
    """
    is_cancelled = event.state == Event.State.CANCELLED
    words = [event.place, "" if is_public or is_cancelled else event.link]
    place = " · ".join(filter(None, words))
    return CalendarEntry(
        uid=calendar_links.uid_of(f"event-{event.public_id}"),
        sequence=event.sequence,
        starts_at=event.starts_at,
        minutes=event.minutes,
        zone=event.zone,
        title=f"{event} ({event.program.name})",
        url=absolute(reverse("events:event-detail", args=[event.public_id])),
        place=place,
        is_cancelled=is_cancelled,
        organizer=calendar_links.organizer_of(event.program) if is_invitation else None,
        attendees=[CalendarPerson(person.name, person.address)]
        if is_invitation and person.has_address
        else (),
    )


def invitation(event: Event, person: User, *, at: datetime) -> tuple[str, str, str]:
    """Return the file of an e-mail that confirms, moves or cancels an event, as an attachment."""
    entry = entry_of(event, person, is_invitation=True)
    return calendar_links.invitation(entry, file_name=FILE_NAME, at=at, product=event.program.name)


def download(event: Event, person: User, *, at: datetime) -> str:
    """Return the file that the page offers, to be added to any calendar."""
    return calendar([entry_of(event, person)], method="PUBLISH", at=at, product=event.program.name)


def add_links(event: Event, person: User) -> list[tuple[str, str]]:
    """Return label and address of the pages of web calendars that add the event."""
    return calendar_links.web_calendar_links(entry_of(event, person))
