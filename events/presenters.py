"""Events as their pages and e-mails show them: times by two clocks, and what the reader can do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.template.defaultfilters import date as format_date
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from accounts.timezones import zone_label

from .calendar_entries import add_links
from .models import Event, SignUp

State = Event.State
PAST_SHOWN = 6


def show_time(event: Event, person: User) -> str:
    """Return when an event is, by the clock of `person` and, if it differs, by the program's."""
    zone = ZoneInfo(person.time_zone)
    mine, end = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
    facts = {
        "begin": format_date(mine, "WEEKDAY_YEAR_TIME_FORMAT"),
        "end": format_date(
            end, "TIME_FORMAT" if end.date() == mine.date() else "WEEKDAY_TIME_FORMAT"
        ),
    }
    shown = _("%(begin)s to %(end)s") % facts
    theirs = event.starts_at.astimezone(ZoneInfo(event.zone))
    if theirs.utcoffset() == mine.utcoffset():
        return shown
    same_day = theirs.date() == mine.date()
    other = format_date(theirs, "TIME_FORMAT" if same_day else "WEEKDAY_TIME_FORMAT")
    facts = {"when": shown, "theirs": other, "zone": zone_label(event.zone)}
    return _("%(when)s (%(theirs)s in %(zone)s)") % facts


def show_moment(moment: datetime, person: User) -> str:
    """Return a moment by the clock of `person`."""
    return str(
        format_date(moment.astimezone(ZoneInfo(person.time_zone)), "WEEKDAY_YEAR_TIME_FORMAT")
    )


@dataclass
class Card:
    """An event as one person sees it."""

    event: Event
    reader: User
    at: datetime
    sign_up: SignUp | None = None
    going: int = 0
    waiting_before: int = 0

    @property
    def when(self) -> str:
        return show_time(self.event, self.reader)

    @property
    def has_place(self) -> bool:
        return self.sign_up is not None and self.sign_up.is_going

    @property
    def is_waiting(self) -> bool:
        return self.sign_up is not None and self.sign_up.is_waiting

    @property
    def is_ahead(self) -> bool:
        return self.event.is_ahead(self.at)

    @property
    def is_past(self) -> bool:
        return self.event.state == State.HELD or self.event.starts_at <= self.at

    @property
    def is_full(self) -> bool:
        return self.event.places is not None and self.going >= self.event.places

    @property
    def free(self) -> int | None:
        return None if self.event.places is None else max(0, self.event.places - self.going)

    @property
    def may_sign_up(self) -> bool:
        return self.event.is_open(self.at) and not (self.has_place or self.is_waiting)

    @property
    def may_leave(self) -> bool:
        return self.is_ahead and (self.has_place or self.is_waiting)

    @property
    def link(self) -> str:
        """The link to join, for those who have a place, until the event is over."""
        is_on = self.event.state == State.PUBLISHED and self.at < self.event.ends_at
        return self.event.link if self.has_place and is_on else ""

    @property
    def sign_up_until(self) -> str:
        return show_moment(self.event.sign_up_until, self.reader)

    @property
    def state_label(self) -> str:
        """What the reader should know of it, in a word or two."""
        if self.event.state == State.CANCELLED:
            return pgettext("event", "Cancelled")
        if self.sign_up is not None and self.sign_up.has_attended:
            return _("You came")
        if self.is_past:
            return _("Over")
        if self.has_place:
            return _("You have a place")
        if self.is_waiting:
            return _("You are on the waiting list")
        if not self.may_sign_up:
            return _("Sign-up is closed")
        return _("Full: waiting list") if self.is_full else _("Open")

    @property
    def tone(self) -> str:
        """The colour of the chip."""
        if self.event.state == State.CANCELLED:
            return "bad"
        if self.has_place and not self.is_past:
            return "ok"
        return "amber" if self.is_waiting and not self.is_past else "info"

    @cached_property
    def calendar_links(self) -> list[tuple[str, str]]:
        return add_links(self.event, self.reader) if self.has_place and self.is_ahead else []


def cards(events: Iterable[Event], reader: User, *, at: datetime) -> list[Card]:
    """Return the cards of events, with the reader's sign-ups and the numbers of places taken."""
    rows = list(events)
    ids = [event.pk for event in rows]
    mine = {row.event_id: row for row in SignUp.objects.of(reader).filter(event__in=ids)}
    going: dict[int, int] = {}
    taken = SignUp.objects.filter(event__in=ids, event__places__isnull=False).going()
    for pk in taken.values_list("event", flat=True):
        going[pk] = going.get(pk, 0) + 1
    return [Card(event, reader, at, mine.get(event.pk), going.get(event.pk, 0)) for event in rows]


def card_of(event: Event, reader: User, *, at: datetime) -> Card:
    """Return the card of one event, with the reader's place on the waiting list."""
    (card,) = cards([event], reader, at=at)
    if card.sign_up is not None and card.is_waiting:
        order = SignUp.objects.filter(event=event).waiting().values_list("pk", flat=True)
        card.waiting_before = list(order).index(card.sign_up.pk)
    return card
