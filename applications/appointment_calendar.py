"""Interviews in the calendars of both: the file that an e-mail brings."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.links import absolute
from programs import calendar_links
from programs.calendar_files import CalendarPerson, Event

from .models import InterviewAppointment

FILE_NAME = "interview.ics"


def page_of(appointment: InterviewAppointment, person: User) -> str:
    """Return the absolute address of the page on which `person` reads about the interview."""
    application = appointment.application
    if person.pk == application.person_id:
        name, key = "applications:application-sent", application.public_id
    else:
        name, key = "admin:applications_application_change", str(application.pk)
    return absolute(reverse(name, args=[key]) + "#appointment")


def event_of(
    appointment: InterviewAppointment, person: User, *, place: str, is_off: bool
) -> Event | None:
    """Return the calendar entry of `person`, who alone is named in it; None if it had no date.

    Neither learns the other's address from the file.
    """
    starts_at, application = appointment.in_calendars, appointment.application
    if starts_at is None:
        return None
    is_applicant = person.pk == application.person_id
    other = application.program.name if is_applicant else application.person.name
    return Event(
        uid=calendar_links.uid_of(f"interview-{appointment.public_id}"),
        sequence=appointment.sequence,
        starts_at=starts_at,
        minutes=appointment.minutes,
        zone=appointment.zone,
        title=_("Interview: %(name)s") % {"name": other},
        url=page_of(appointment, person),
        place=place,
        is_cancelled=is_off,
        organizer=calendar_links.organizer_of(application.program),
        attendees=[CalendarPerson(person.name, person.address)] if person.has_address else (),
    )


def invitation(
    appointment: InterviewAppointment, person: User, *, place: str, is_off: bool, at: datetime
) -> list[tuple[str, str, str]]:
    """Return the file of an e-mail that sets or cancels the date; nothing if there was none."""
    event = event_of(appointment, person, place=place, is_off=is_off)
    if event is None:
        return []
    product = appointment.application.program.name
    return [calendar_links.invitation(event, file_name=FILE_NAME, at=at, product=product)]
