"""For whom an event is: its people, the events of a person, and sign-ups. One rule, three ways.

1. Only people with an application to the program that is accepted; for *everyone*, also sent or on
   the waiting list; then also the committee, unless the event is for one role or some cohorts.
2. Nobody whose pair has ended, unless the event is also for them or another pair of the same
   application goes on. A pair that was created by mistake has never been.
3. *In a pair*: with a pair that goes on (or has ended, as above).
4. Never an account that is closed or erased.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import (
    BooleanField,
    CharField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
)

from accounts.models import User
from applications.models import Application
from programs.models import Cohort, Membership

from .models import Event
from .models.audience import EVERYONE_STATES, Audience, events_for, with_pairs

__all__ = ["events_for", "for_their_person", "people_of"]
State = Application.State


def people_of(event: Event, *, cohorts: Collection[Cohort] | None = None) -> QuerySet[User]:
    """Return the people whom a saved event is for, or would be for with other `cohorts`."""
    rows = with_pairs(Application.objects.filter(cohort__program=event.program_id))
    if event.role:
        rows = rows.filter(role=event.role)
    chosen = event.cohorts.all() if cohorts is None else cohorts
    ids = [cohort.pk for cohort in chosen]
    if ids:
        rows = rows.filter(cohort__in=ids)
    is_for_all = event.audience == Audience.EVERYONE
    rows = rows.filter(state__in=EVERYONE_STATES if is_for_all else [State.ACCEPTED])
    if event.audience == Audience.PAIRS:
        is_over = Q(had_pair=True) if event.includes_ended else Q(pk__in=[])
        rows = rows.filter(Q(has_pair=True) | is_over)
    elif not event.includes_ended:
        rows = rows.filter(Q(has_pair=True) | Q(had_pair=False))
    found = Q(pk__in=rows.order_by().values("person"))
    if is_for_all and not event.role and not ids:
        members = Membership.objects.live().filter(program=event.program_id)
        found |= Q(pk__in=members.values("user"))
    return User.objects.filter(found, is_active=True)


def for_their_person() -> Q:
    """Match sign-ups, of any events, of people whom their event is for; see `people_of`."""
    chosen = Event.cohorts.through.objects
    rows = with_pairs(
        Application.objects.filter(
            person=OuterRef("person"), cohort__program=OuterRef("event__program")
        )
    ).alias(
        for_role=ExpressionWrapper(OuterRef("event__role"), CharField()),
        for_audience=ExpressionWrapper(OuterRef("event__audience"), CharField()),
        for_ended=ExpressionWrapper(OuterRef("event__includes_ended"), BooleanField()),
        is_of_chosen=Exists(
            chosen.filter(event=OuterRef(OuterRef("event")), cohort=OuterRef("cohort"))
        ),
        is_for_some=Exists(chosen.filter(event=OuterRef(OuterRef("event")))),
    )
    rows = rows.filter(
        Q(for_role="") | Q(for_role=F("role")),
        Q(is_for_some=False) | Q(is_of_chosen=True),
        Q(state=State.ACCEPTED) | Q(for_audience=Audience.EVERYONE, state__in=EVERYONE_STATES),
        ~Q(for_audience=Audience.PAIRS) | Q(has_pair=True) | Q(had_pair=True),
        Q(has_pair=True) | Q(had_pair=False) | Q(for_ended=True),
    )
    live = Membership.objects.live().filter(
        user=OuterRef("person"), program=OuterRef("event__program")
    )
    is_for_all = Q(event__audience=Audience.EVERYONE, event__role="")
    is_for_all &= ~Q(Exists(chosen.filter(event=OuterRef("event"))))
    return Q(Q(Exists(rows)) | is_for_all & Q(Exists(live)), person__is_active=True)
