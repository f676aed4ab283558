"""What the committee does with an event: add, change, publish, cancel, copy.

1. Chairs do it. The organiser records who came (`attendance`).
2. A draft is seen by the committee only. Publishing it lets people sign up and invites those whom
   it is for (`reconcilers`); nothing is sent before.
3. A change of the time or the place of a published event is told to everyone who has signed up.
   Places can't be fewer than people who have one, and it stays for everyone who has signed up.
4. A published event that is cancelled tells everyone who has signed up, with the reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from access.exceptions import ActionNotAllowed
from accounts.models import User
from accounts.timezones import zone_label
from accounts.wall_time import WallTime
from notifications.outbox import cancel_about, enqueue
from programs.committee import Role, has_role
from programs.models import Cohort
from workflow.states import move

from .audience import people_of
from .email_reasons import EVENT_CANCELLED
from .event_lock import lock_event
from .models import Event, SignUp
from .sign_ups import fill_places

State = Event.State
COPIED = (
    "program", "kind", "titles", "descriptions", "on", "wall_time", "until", "place", "link",
    "audience", "role", "includes_ended", "places", "credit_minutes",
)  # fmt: skip
NOT_ALLOWED = gettext_lazy("Only a chair of the program can do this.")
OVER = gettext_lazy("This event is over or was cancelled, so it can't be changed.")
FOR_WHOM = ("audience", "role", "includes_ended")
MOST_YEARS = 5
Problem = tuple[str | None, str | Promise]  # the column that it is about, and what is wrong


def problems(event: Event, *, at: datetime) -> Iterator[Problem]:
    """Yield what is wrong with what was entered, draft or not.

    `starts_at` and `ends_at` need not be derived yet.
    """
    if abs(event.on.year - at.year) > MOST_YEARS:
        text = _("Enter a date that is no more than %(years)s years away.")
        yield "on", text % {"years": MOST_YEARS}
        return
    times = (("wall_time", event.wall_time), ("until", event.until))
    for name, wall_time in times:
        if WallTime(event.on, wall_time, event.zone).is_skipped:
            text = _("On %(day)s the clocks in %(zone)s skip %(time)s. Enter another time.")
            facts = {"day": date_format(event.on), "zone": zone_label(event.zone)}
            yield name, text % {**facts, "time": time_format(wall_time, "TIME_FORMAT")}
            return
    event.derive_moments()
    if event.ends_at <= event.starts_at:
        yield "until", _("Enter a time after the beginning.")
    if not event.titles.get(event.program.language, "").strip():
        yield "titles", _("Enter a title in the language of the program.")
    if not (event.place or event.link):
        yield "place", _("Enter a place, a link to join, or both.")
    if event.closes_at and event.closes_at > event.starts_at:
        yield "closes_at", _("Enter a moment before the event begins.")
    if event.credit_minutes is not None and event.credit_minutes > event.minutes:
        text = ngettext(
            "The event lasts %(count)s minute. No more can count.",
            "The event lasts %(count)s minutes. No more can count.",
            max(event.minutes, 0),
        )
        yield "credit_minutes", text % {"count": max(event.minutes, 0)}
    if not has_role(event.organiser, event.program):
        yield "organiser", _("Choose a member of the committee of this program.")
    if event.state == State.PUBLISHED and event.starts_at <= at:
        yield "on", _("Enter a time that is not over yet.")


def check_places(event: Event) -> Iterator[Problem]:
    """Yield a problem if fewer places are entered than people have."""
    going = SignUp.objects.filter(event=event.pk).going().count() if event.pk else 0
    if event.places is not None and event.places < going:
        text = ngettext(
            "%(count)s person has a place already. Enter no less.",
            "%(count)s people have a place already. Enter no less.",
            going,
        )
        yield "places", text % {"count": going}


def check_audience(event: Event, cohorts: Collection[Cohort] | None = None) -> Iterator[Problem]:
    """Yield a problem if an event is changed to be for fewer people, and some have signed up.

    `cohorts` are those that it would be for; None if they stay. People whom the event has not been
    for since before, as they have left the program, do not count.
    """
    before = Event.objects.filter(pk=event.pk).first()
    if before is None or before.state == State.DRAFT:
        return
    rows = SignUp.objects.filter(event=event.pk, person__in=people_of(before))
    rows = rows.exclude(person__in=people_of(event, cohorts=cohorts))
    lost = rows.exclude(state=SignUp.State.LEFT).count()
    if lost:
        changed = [name for name in FOR_WHOM if getattr(event, name) != getattr(before, name)]
        text = ngettext(
            "%(count)s person who has signed up would lose their place. Keep the event for them "
            "too, or cancel it, so that they learn why, and make a copy for the others.",
            "%(count)s people who have signed up would lose their place. Keep the event for them "
            "too, or cancel it, so that they learn why, and make a copy for the others.",
            lost,
        )
        yield (changed or ["cohorts"])[0], text % {"count": lost}


def _check(event: Event, at: datetime, cohorts: Collection[Cohort] | None = None) -> None:
    found = (*problems(event, at=at), *check_places(event), *check_audience(event, cohorts))
    for _column, words in found:
        raise ActionNotAllowed(words)


def may_be_changed(event: Event, at: datetime) -> bool:
    """Whether it is a draft, or published and ahead: it can be changed, and cancelled."""
    return event.state == State.DRAFT or event.is_ahead(at)


def _require_chair(event: Event, by: User) -> None:
    if not has_role(by, event.program, Role.CHAIR):
        raise ActionNotAllowed(NOT_ALLOWED)


@transaction.atomic
def add(event: Event, *, by: User, at: datetime | None = None) -> Event:
    """Store a new draft, by the clock of its program.

    Raises ActionNotAllowed for anyone but a chair, and for what `problems` finds.
    """
    _require_chair(event, by)
    event.zone = event.program.time_zone
    _check(event, at or timezone.now())
    event.save()
    return event


@transaction.atomic
def change(
    event: Event,
    *,
    by: User,
    cohorts: Collection[Cohort] | None = None,
    at: datetime | None = None,
) -> None:
    """Store the changed columns of `event`. Everyone who has signed up is told of time and place.

    `cohorts` are those that it is for from now on; None keeps them. A greater number of places goes
    to the waiting list at once. Raises ActionNotAllowed as `add`, for an event that is over or
    cancelled, and if people who have signed up would lose their place.
    """
    at = at or timezone.now()
    _require_chair(event, by)
    before = Event.objects.select_for_update(no_key=True).get(pk=event.pk)
    if not may_be_changed(before, at):
        raise ActionNotAllowed(OVER)
    # What the verbs have set since the page was loaded stays.
    event.state, event.published_at = before.state, before.published_at
    event.sequence, event.moves = before.sequence, before.moves
    _check(event, at, cohorts)
    is_moved = (event.starts_at, event.ends_at) != (before.starts_at, before.ends_at)
    is_news = is_moved or (event.place, event.link) != (before.place, before.link)
    event.sequence += is_news
    event.moves += event.starts_at != before.starts_at
    event.save()
    if cohorts is not None:
        event.cohorts.set(cohorts)
    if event.state == State.PUBLISHED:
        fill_places(event, at=at)
        if is_news:
            for person in _signed_up(event):
                enqueue("event-changed", to=person, about=event, ordinal=event.sequence, at=at)


def _signed_up(event: Event) -> list[User]:
    rows = SignUp.objects.filter(event=event, person__is_active=True)
    rows = rows.exclude(state=SignUp.State.LEFT).select_related("person")
    return [row.person for row in rows.order_by("pk")]


def publishing_problems(event: Event, *, at: datetime) -> Iterator[Problem]:
    """Yield what keeps a draft from being published at `at`."""
    yield from problems(event, at=at)
    if event.sign_up_until <= at:
        yield "on", _("The time to sign up is over. Change the date first.")


@transaction.atomic
def publish(event: Event, *, by: User, at: datetime | None = None) -> None:
    """Let people sign up; those whom it is for are invited within two minutes.

    Raises ActionNotAllowed for anyone but a chair, for an event that is no draft or has begun, and
    for what `problems` finds.
    """
    at = at or timezone.now()
    _require_chair(event, by)
    lock_event(event)
    for _column, words in publishing_problems(event, at=at):
        raise ActionNotAllowed(words)
    move(event, State.PUBLISHED, by=by, at=at, published_at=at)


@transaction.atomic
def cancel(event: Event, *, by: User, reason: str = "", at: datetime | None = None) -> None:
    """Call an event off, or discard a draft; everyone who has signed up reads the reason.

    Raises ActionNotAllowed for anyone but a chair, without a reason for a published event, and once
    the event has begun.
    """
    at = at or timezone.now()
    reason = " ".join(reason.split())
    _require_chair(event, by)
    lock_event(event)
    if event.state == State.PUBLISHED:
        if not event.is_ahead(at):
            raise ActionNotAllowed(_("The event has begun. Record who came instead."))
        if not reason:
            raise ActionNotAllowed(_("Enter a reason. Everyone who has signed up reads it."))
    was_published = event.state == State.PUBLISHED
    sequence = event.sequence + was_published
    move(event, State.CANCELLED, by=by, at=at, cancel_reason=reason[:300], sequence=sequence)
    cancel_about(event, why=EVENT_CANCELLED, at=at)
    if was_published:
        for person in _signed_up(event):
            enqueue("event-cancelled", to=person, about=event, at=at)


@transaction.atomic
def copy(event: Event, *, by: User) -> Event:
    """Return a new draft with the words, audience, places and hours of an event, on the same day.

    Raises ActionNotAllowed for anyone but a chair.
    """
    _require_chair(event, by)
    made = Event(**{name: getattr(event, name) for name in COPIED}, organiser=by)
    made.zone = event.program.time_zone
    made.save()
    chosen = Event.cohorts.through.objects.filter(event=event.pk)
    made.cohorts.set(chosen.values_list("cohort", flat=True))
    return made
