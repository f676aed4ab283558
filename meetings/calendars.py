"""Meetings in people's calendars: the files of e-mails and pages, and links for web calendars.

A calendar shows the date that holds, never one that is only suggested.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parseaddr
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.links import absolute
from programs.models import Program

from .calendar_files import CalendarPerson, Event, calendar, utc
from .models import Meeting

FILE_NAME = "meeting.ics"
GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.live.com/calendar/0/deeplink/compose"


def event_of(meeting: Meeting, person: User, *, place: str = "", is_invitation: bool) -> Event:
    """Return the calendar entry of `person`, one of the pair; `place` only they may read.

    An invitation names the program as organiser and both people as participants.
    """
    partner = meeting.match.partner_of(person)
    return Event(
        uid=f"meeting-{meeting.public_id}@{settings.MAIL_HOST}",
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


def organizer_of(program: Program) -> CalendarPerson:
    """Return the program with the address that reads replies, else the one that sends."""
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return CalendarPerson(program.name, program.contact_email or sender)


def invitation(
    meeting: Meeting, person: User, *, place: str = "", at: datetime
) -> tuple[str, str, str]:
    """Return the file of an e-mail that sets, moves or cancels a meeting, as an attachment."""
    event = event_of(meeting, person, place=place, is_invitation=True)
    method = "CANCEL" if event.is_cancelled else "REQUEST"
    content = calendar([event], method=method, at=at, product=meeting.match.program.name)
    return FILE_NAME, content, f"text/calendar; method={method}"


def download(meeting: Meeting, person: User, *, place: str = "", at: datetime) -> str:
    """Return the file that the page offers, to be added to any calendar."""
    event = event_of(meeting, person, place=place, is_invitation=False)
    return calendar([event], method="PUBLISH", at=at, product=meeting.match.program.name)


def add_links(meeting: Meeting, person: User, *, place: str = "") -> list[tuple[str, str]]:
    """Return label and address of the pages of web calendars that add the meeting."""
    event = event_of(meeting, person, place=place, is_invitation=False)
    ends_at = event.starts_at + timedelta(minutes=event.minutes)
    google = {
        "action": "TEMPLATE",
        "text": event.title,
        "dates": f"{utc(event.starts_at)}/{utc(ends_at)}",
        "details": event.url,
        "location": event.place,
    }
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": event.title,
        "startdt": event.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "enddt": ends_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "body": event.url,
        "location": event.place,
    }
    return [
        (_("Add to Google Calendar"), f"{GOOGLE}?{urlencode(google)}"),
        (_("Add to Outlook"), f"{OUTLOOK}?{urlencode(outlook)}"),
    ]
