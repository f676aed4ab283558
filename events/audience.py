"""For whom an event is: the people of an event, and the events of a person. One rule, two ways.

1. Only people with an application to the program that is accepted; for *everyone*, also sent or on
   the waiting list; then also the committee, unless the event is for one role or some cohorts.
2. Nobody whose pair has ended, unless the event is also for them or another pair of the same
   application goes on. A pair that was created by mistake has never been.
3. *In a pair*: with a pair that goes on (or has ended, as above).
4. Never an account that is closed or erased.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.models import User
from applications.models import Application
from programs.models import Membership

from .models import Event
from .models.audience import EVERYONE_STATES, Audience, events_for, with_pairs

__all__ = ["events_for", "people_of"]


def people_of(event: Event) -> QuerySet[User]:
    """Return the people whom a saved event is for."""
    rows = with_pairs(Application.objects.filter(cohort__program=event.program_id))
    if event.role:
        rows = rows.filter(role=event.role)
    cohorts = list(event.cohorts.values_list("pk", flat=True))
    if cohorts:
        rows = rows.filter(cohort__in=cohorts)
    is_for_all = event.audience == Audience.EVERYONE
    rows = rows.filter(state__in=EVERYONE_STATES if is_for_all else [Application.State.ACCEPTED])
    if event.audience == Audience.PAIRS:
        is_over = Q(had_pair=True) if event.includes_ended else Q(pk__in=[])
        rows = rows.filter(Q(has_pair=True) | is_over)
    elif not event.includes_ended:
        rows = rows.filter(Q(has_pair=True) | Q(had_pair=False))
    found = Q(pk__in=rows.order_by().values("person"))
    if is_for_all and not event.role and not cohorts:
        members = Membership.objects.live().filter(program=event.program_id)
        found |= Q(pk__in=members.values("user"))
    return User.objects.filter(found, is_active=True)
