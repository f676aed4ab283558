"""Who came to an event: recorded on one page by the organiser or a chair, and correctable.

The first record makes the event *held*. Only then do its minutes count as hours, and those who came
are asked how it was. An orientation session also counts as the orientation of the mentors who came,
if the program says so. A member with a conflict of interest records others, never these people.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.orientation import count_sessions
from programs.committee import Role, has_role
from programs.models import conflicts_with
from workflow.states import move

from .audience import people_of
from .event_lock import lock_event
from .models import Event, SignUp, SignUpQuerySet

State = Event.State


def may_record(event: Event, user: User) -> bool:
    """Whether `user` may record who came: a chair, or the organiser while on the committee."""
    roles = () if event.organiser_id == user.pk else (Role.CHAIR,)
    return has_role(user, event.program, *roles)


def rows_to_record(event: Event, user: User) -> SignUpQuerySet:
    """Return the sign-ups that `user` may tick: not their own, and no conflict of interest.

    With everyone who had a place, and who was recorded as having come.
    """
    rows = SignUp.objects.for_committee(user).filter(event=event)
    listed = rows.going() | rows.filter(has_attended=True)
    return listed.select_related("person").order_by("person__name", "pk")


def others_to_record(event: Event, user: User) -> QuerySet[User]:
    """Return who had no place but may have come: people whom the event was for."""
    listed = SignUp.objects.filter(event=event)
    listed = listed.filter(state=SignUp.State.GOING) | listed.filter(has_attended=True)
    found = people_of(event).exclude(pk__in=listed.values("person"))
    return found.exclude(conflicts_with(user, "pk")).order_by("name", "pk")


def count_hidden(event: Event, user: User) -> int:
    """Return how many people with a place another member must record."""
    everyone = SignUp.objects.filter(event=event).going()
    return everyone.exclude(pk__in=SignUp.objects.for_committee(user).values("pk")).count()


@transaction.atomic
def record(
    event: Event,
    *,
    by: User,
    attended: Collection[int],
    others: Collection[int] = (),
    at: datetime | None = None,
) -> int:
    """Record who of the people that `by` may tick has come; return how many have come in all.

    `attended`: ids of sign-ups; of the others that `by` may tick it is recorded that they did not
    come. `others`: ids of people who came without a place. Raises ActionNotAllowed for anyone but
    the organiser and chairs, before the event has begun, and for an event that was never published.
    """
    at = at or timezone.now()
    if not may_record(event, by):
        raise ActionNotAllowed(_("Only the organiser and chairs can record who came."))
    lock_event(event)
    if not event.may_be_recorded(at):
        raise ActionNotAllowed(_("Who came can be recorded once the event has begun."))
    mine = SignUp.objects.filter(pk__in=[row.pk for row in rows_to_record(event, by)])
    came, away = mine.filter(pk__in=attended), mine.exclude(pk__in=attended)
    people = {True: list(_people(came)), False: list(_people(away))}
    came.update(has_attended=True)
    away.update(has_attended=False)
    for person in others_to_record(event, by).filter(pk__in=others):
        _add(event, person, at)
        people[True].append(person.pk)
    if event.kind == Event.Kind.ORIENTATION:
        for has_come, ids in people.items():
            count_sessions(ids, program=event.program, by=by, came=has_come, at=event.starts_at)
    if event.state == State.PUBLISHED:
        move(event, State.HELD, by=by, at=at, held_at=at)
    return SignUp.objects.filter(event=event, has_attended=True).count()


def _people(rows: SignUpQuerySet) -> QuerySet[SignUp, int]:
    return rows.values_list("person", flat=True)


def _add(event: Event, person: User, at: datetime) -> None:
    """Record someone who came without a place; whoever was on the waiting list stays there."""
    row, _is_new = SignUp.objects.get_or_create(
        event=event, person=person, defaults={"state": SignUp.State.GOING, "since": at}
    )
    SignUp.objects.filter(pk=row.pk).update(has_attended=True)
