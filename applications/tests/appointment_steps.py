"""Arranging an interview, as its tests do it."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from applications import appointments
from applications.models import InterviewAppointment

PLACE = "https://talk.example.org/CANARY-ROOM"
WISH = "Weekdays after 17:00"


def hours(*ahead):
    now = timezone.now().replace(microsecond=0)
    return [now + timedelta(hours=one) for one in ahead]


def suggest(application, by, *ahead, **more):
    times = hours(*(ahead or (72, 96)))
    more = {"minutes": 30, "place": PLACE, **more}
    return appointments.suggest(application, by=by, times=times, **more)


def fresh(row):
    known = ("application__person", "application__cohort__program__policy", "member")
    return InterviewAppointment.system.select_related(*known).get(pk=row.pk)


def choose(row, by, number=0):
    when = fresh(row).suggested[number]
    appointments.choose(row, by=by, starts_at=when, expected=fresh(row).sequence)
    return when


def url(name, pk):
    """Return the address of one of the committee's pages of an application."""
    return reverse(f"admin:applications_application_{name}", args=[pk])
