"""Meetings in people's calendars: the files of e-mails and pages, and links for web calendars.

A calendar shows the date that holds, never one that is only suggested.
"""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.links import absolute
from programs import calendar_links
from programs.calendar_files import CalendarPerson, Event, calendar
from programs.calendar_links import organizer_of, uid_of, web_calendar_links

from .models import Meeting

FILE_NAME = "meeting.ics"


def event_of(meeting: Meeting, person: User, *, place: str = "", is_invitation: bool) -> Event:
    """Return the calendar entry of `person`, one of the pair; `place` only they may read.

    An invitation names the program as organiser and both people as participants.
    """
    partner = meeting.match.partner_of(person)
    return Event(
        uid=uid_of(f"meeting-{meeting.public_id}"),
        sequence=meeting.sequence,
        starts_at=meeting.starts_at,
        minutes=meeting.minutes,
        zone=meeting.zone,
        title=_("Meeting with %(name)s") % {"name": partner.name},
        url=absolute(reverse("meetings:meeting-list", args=[meeting.match.public_id])),
        place=place,
        is_cancelled=meeting.state == Meeting.State.CANCELLED,
        organizer=organizer_of(meeting.match.program) if is_invitation else None,
        attendees=[
            CalendarPerson(who.name, who.address) for who in meeting.match.people if who.has_address
        ]
        if is_invitation
        else (),
    )


def invitation(
    meeting: Meeting, person: User, *, place: str = "", at: datetime
) -> tuple[str, str, str]:
    """Return the file of an e-mail that sets, moves or cancels a meeting, as an attachment."""
    event = event_of(meeting, person, place=place, is_invitation=True)
    product = meeting.match.program.name
    return calendar_links.invitation(event, file_name=FILE_NAME, at=at, product=product)


def download(meeting: Meeting, person: User, *, place: str = "", at: datetime) -> str:
    """Return the file that the page offers, to be added to any calendar."""
    event = event_of(meeting, person, place=place, is_invitation=False)
    return calendar([event], method="PUBLISH", at=at, product=meeting.match.program.name)


def add_links(meeting: Meeting, person: User, *, place: str = "") -> list[tuple[str, str]]:
    """Return label and address of the pages of web calendars that add the meeting."""
    event = event_of(meeting, person, place=place, is_invitation=False)
    return web_calendar_links(event)
