"""Signing up for an event, leaving it, and who gets a place that comes free.

1. Whoever the event is for can sign up until sign-up closes. While there is a place they get it,
   else they are on the waiting list.
2. Anyone can leave until the event begins. The place goes to the first on the waiting list at
   once, in the same transaction, and that person is told.
3. Doing the same twice changes nothing and sends nothing.
4. Whoever the event is not for any more loses their place, without an e-mail: they have left the
   program, or know that their pair has ended.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from notifications.outbox import enqueue, note_known
from workflow.states import move

from .audience import for_their_person, people_of
from .event_lock import lock_event
from .models import Event, SignUp, SignUpQuerySet

State = SignUp.State
CLOSED = _("You can no longer sign up for this event.")
NOT_FOR_YOU = _("This event is for other people of the program.")
NO_PLACE = _("Sign up first: this is for people who have a place.")
BEGUN = _("This event has begun or is over, so nothing was changed.")


@transaction.atomic
def sign_up(event: Event, *, by: User, at: datetime | None = None) -> SignUp:
    """Give `by` a place, or a place on the waiting list when there is none; return the row.

    Raises ActionNotAllowed when sign-up is closed, and for people whom the event is not for.
    """
    at = at or timezone.now()
    lock_event(event)
    row = SignUp.objects.filter(event=event, person=by.pk).first()
    if row is not None and row.state != State.LEFT and event.is_ahead(at):
        return row
    if not event.is_open(at):
        raise ActionNotAllowed(CLOSED)
    if not people_of(event).filter(pk=by.pk).exists():
        raise ActionNotAllowed(NOT_FOR_YOU)
    state = State.GOING if free_places(event) != 0 else State.WAITING
    if row is None:
        row = SignUp.objects.create(event=event, person=by, state=state, since=at)
    else:
        move(row, state, by=by, at=at, since=at, turns=row.turns + 1)
    enqueue("event-signed-up", to=by, about=event, ordinal=row.turns, at=at)
    return row


@transaction.atomic
def leave(event: Event, *, by: User, at: datetime | None = None) -> None:
    """Give up the place of `by`, or the place on the waiting list.

    Raises ActionNotAllowed once the event has begun or is off. For someone who has not signed up
    nothing happens.
    """
    at = at or timezone.now()
    lock_event(event)
    row = SignUp.objects.filter(event=event, person=by.pk).exclude(state=State.LEFT).first()
    if row is None:
        return
    if not event.is_ahead(at):
        raise ActionNotAllowed(BEGUN)
    move(row, State.LEFT, by=by, at=at, since=at, turns=row.turns + 1)
    note_known("event-signed-up", person=by, about=event, at=at)
    fill_places(event, at=at)


def not_for_any_more(events: QuerySet[Event]) -> SignUpQuerySet:
    """Return the places, also on the waiting list, of people whom their event is not for."""
    rows = SignUp.objects.filter(event__in=events).exclude(state=State.LEFT)
    return rows.exclude(for_their_person())


@transaction.atomic
def free_lost_places(event: Event, *, at: datetime) -> int:
    """Take the places of people whom a coming event is not for any more; return how many.

    They go to the first on the waiting list. Twice is once.
    """
    lock_event(event)
    if not event.is_ahead(at):
        return 0
    rows = list(not_for_any_more(Event.objects.filter(pk=event.pk)))
    for row in rows:
        why = "the event is not for this person any more"
        move(row, State.LEFT, by=None, at=at, since=at, turns=row.turns + 1, why=why)
    fill_places(event, at=at)
    return len(rows)


def could_be_filled(events: QuerySet[Event]) -> QuerySet[Event]:
    """Return those of `events` that have a free place while people wait for one."""
    of_event = SignUp.objects.filter(event=OuterRef("pk"))
    going = of_event.going().order_by().values("event").annotate(n=Count("pk")).values("n")
    has_free = Q(places=None) | Q(places__gt=Coalesce(Subquery(going), 0))
    return events.filter(has_free, Exists(of_event.waiting()))


def free_places(event: Event) -> int | None:
    """Return how many places are free, never less than 0; None without a limit."""
    if event.places is None:
        return None
    return max(0, event.places - SignUp.objects.filter(event=event).going().count())


def fill_places(event: Event, *, at: datetime) -> list[User]:
    """Give free places to the first on the waiting list, and tell them; return these people.

    The caller has locked the event. After the event has begun no one moves up, nor does anyone
    whom the event is not for any more.
    """
    if not event.is_ahead(at):
        return []
    free = free_places(event)
    waiting = SignUp.objects.filter(event=event, person__in=people_of(event)).waiting()
    rows = list(waiting.select_related("person")[:free])
    for row in rows:
        move(row, State.GOING, by=None, at=at, since=at, turns=row.turns + 1)
        enqueue("event-place", to=row.person, about=event, ordinal=row.turns, at=at)
    return [row.person for row in rows]
