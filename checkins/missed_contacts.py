"""Nobody of a pair is out of touch with the committee for long: that is a concern.

1. Someone who was not reached for the program's longest time between two contacts becomes a concern
   for the carer, once. Attempts in vain don't stop it.
2. It is resolved by itself once they are reached, the pair is paused or has ended.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications.outbox import cancel_about
from notifications.reconcilers import reconciler

from .concerns import TAKEN_BACK, raise_once
from .models import Concern, ContactPlan
from .models.contact_plans import ContactPlanQuerySet

CAUSE = Concern.Cause.CONTACT


@reconciler
def follow_missed_contacts(at: datetime) -> None:
    """Raise a concern about each person who was not reached for too long; resolve what is over."""
    late = ContactPlan.system.running(at).filter(latest_on__lt=timezone.localdate(at))
    _resolve(late, at)
    known = Concern.system.annotate(day=TruncDate("raised_at")).filter(
        Q(day__gte=OuterRef("latest_on")) | ~Q(state=Concern.State.RESOLVED),
        match=OuterRef("match"),
        person=OuterRef("person"),
        cause=CAUSE,
    )
    new = late.filter(~Exists(known)).order_by("pk")
    ids = list(new.values_list("pk", flat=True))
    if not ids:
        return
    rows = ContactPlan.system.filter(pk__in=ids).select_related("person")
    for plan in rows.select_related("match__mentee__cohort__program", "match__carer"):
        whenever = Concern.Urgency.WHENEVER
        raise_once(plan.match, plan.person, CAUSE, at, urgency=whenever)


def _resolve(late: ContactPlanQuerySet, at: datetime) -> None:
    still = late.filter(match=OuterRef("match"), person=OuterRef("person")).order_by()
    over = Concern.system.unresolved().filter(~Exists(still), cause=CAUSE)
    for concern in over:
        note = _("They were reached, or the pair rests or has ended.")
        concern.close(by=None, outcome=Concern.Outcome.NOTHING, note=note, at=at)
        cancel_about(concern, why=TAKEN_BACK, at=at)
