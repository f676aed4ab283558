"""A private calendar address per person: the dates of their pairs, and events they come to.

The address holds a signed token and needs no sign-in, because calendar programs have none. It ends
when the person turns it off or makes a new one, and with all their links (`User.link_epoch`).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from access.tokens import BadToken
from accounts.models import User
from events.calendar_entries import entry_of
from events.models import Event, EventQuerySet, SignUp
from matches.models import Match
from notifications.links import absolute, open_token, token_for
from programs.calendar_files import calendar

from .calendars import event_of
from .models import CalendarFeed, Meeting

PURPOSE = "calendar-feed"
NEVER = datetime(2100, 1, 1, tzinfo=UTC)  # it ends only when the person ends it
KEPT_DAYS = 90  # how long past meetings stay in the feed
State = Meeting.State


def address_of(feed: CalendarFeed) -> str:
    """Return the address to subscribe to."""
    token = token_for(PURPOSE, person=feed.person, subject=feed, version=feed.version, until=NEVER)
    return absolute(reverse("meetings:calendar-file", args=[token]))


def renew(person: User) -> CalendarFeed:
    """Make the person's address, or a new one in place of the old, which ends."""
    feed, is_new = CalendarFeed.objects.get_or_create(person=person)
    if not is_new:
        CalendarFeed.objects.filter(pk=feed.pk).update(version=F("version") + 1)
        feed.refresh_from_db()
    return feed


def turn_off(person: User) -> None:
    """End the person's address; without one nothing happens."""
    CalendarFeed.objects.filter(person=person).delete()


def person_of(token: str) -> User:
    """Return whose calendar a token opens. Raises BadToken when it was ended or never made."""
    claim, person = open_token(PURPOSE, token)
    mine = CalendarFeed.objects.filter(
        person=person, public_id=claim.subject, version=claim.version
    )
    if not mine.exists():
        raise BadToken
    found: User = person
    return found


def feed_of(person: User, *, at: datetime) -> str:
    """Return the calendar file of the person.

    It has the confirmed and held meetings of their open pairs, with names and times only, and the
    events for which they have a place, without the link to join.
    """
    people = ("match__mentee__person", "match__mentor__person", "match__mentee__cohort__program")
    rows = Meeting.objects.of(person).exclude(match__state=Match.State.CLOSED)
    rows = rows.filter(
        state__in=[State.SET, State.HELD], starts_at__gte=at - timedelta(days=KEPT_DAYS)
    )
    events = [
        event_of(meeting, person, is_invitation=False)
        for meeting in rows.select_related(*people).order_by("starts_at")
    ]
    events += [entry_of(event, person, is_public=True) for event in events_of(person, at=at)]
    name = _("Mentoring meetings")
    return calendar(events, method="PUBLISH", name=name, at=at, product=name)


def events_of(person: User, *, at: datetime) -> EventQuerySet:
    """Return the events of the feed: with a place, not cancelled, not long ago."""
    mine = SignUp.objects.of(person).going().values("event")
    rows = Event.objects.filter(pk__in=mine, starts_at__gte=at - timedelta(days=KEPT_DAYS))
    shown = rows.filter(state__in=[Event.State.PUBLISHED, Event.State.HELD])
    return shown.select_related("program").order_by("starts_at", "pk")
