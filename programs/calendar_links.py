"""Calendar entries of a program: who organises them, their file, and links for web calendars."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parseaddr
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext as _

from .calendar_files import CalendarPerson, Event, calendar, utc
from .models import Program

GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.live.com/calendar/0/deeplink/compose"


def uid_of(name: str) -> str:
    """Return the UID of an entry, which never changes. `name` is unique on this site."""
    return f"{name}@{settings.MAIL_HOST}"


def organizer_of(program: Program) -> CalendarPerson:
    """Return the program with the address that reads replies, else the one that sends."""
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return CalendarPerson(program.name, program.contact_email or sender)


def invitation(event: Event, *, file_name: str, at: datetime, product: str) -> tuple[str, str, str]:
    """Return the file of an e-mail that sets, moves or cancels an entry, as an attachment."""
    method = "CANCEL" if event.is_cancelled else "REQUEST"
    content = calendar([event], method=method, at=at, product=product)
    return file_name, content, f"text/calendar; method={method}"


def web_calendar_links(event: Event) -> list[tuple[str, str]]:
    """Return label and address of the pages of web calendars that add an entry."""
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
