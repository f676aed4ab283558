"""Tell people who still wait when their cohort ends that their application is over.

1. Those of a cohort that has ended in the last days, whose application was sent and who have no
   pair: unanswered, on the waiting list, or accepted and not matched. A rolling cohort never ends.
2. Once for each end: where the committee moves the end before the e-mail has left, it is cancelled,
   and comes after the new end.
3. Nothing about the application changes. That it is over follows from the end of the cohort, so a
   cohort that is extended goes on.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from applications.models import Application
from applications.models.applications import ApplicationQuerySet
from applications.outlook import Outlook, outlook_of, pair_news
from notifications.kinds import Cancel, Email, kind
from notifications.links import absolute
from notifications.models import Notification
from notifications.outbox import enqueue
from notifications.reasons import reason
from notifications.reconcilers import reconciler

from .models import FollowUp, Match

KIND = "cohort-over"
LOOKS_BACK = timedelta(days=14)  # longer than any downtime
State = Application.State
WAITING = (State.SUBMITTED, State.WAITLISTED, State.ACCEPTED)
NOT_OVER = reason("cohort-not-over", gettext_lazy("the cohort goes on, or they are in a pair"))


def waiting_at_the_end(at: datetime) -> ApplicationQuerySet:
    """Return applications that still wait in cohorts that have ended lately."""
    yesterday = timezone.localdate(at) - timedelta(days=1)  # over in every time zone
    ended = {"cohort__ends_on__lt": yesterday, "cohort__ends_on__gte": yesterday - LOOKS_BACK}
    real = Match.objects.filter(Q(mentee=OuterRef("pk")) | Q(mentor=OuterRef("pk")))
    real = real.exclude(closed_kind=Match.Closed.IN_ERROR)
    asking = FollowUp.objects.asking().filter(
        Q(closure__match__mentee=OuterRef("pk")) | Q(closure__match__mentor=OuterRef("pk")),
        person=OuterRef("person"),
    )
    is_alone = ~Exists(real) | ~Exists(real.open()) & Exists(asking)
    waiting = Application.objects.filter(is_alone, state__in=WAITING, person__is_active=True)
    return waiting.filter(**ended)


@reconciler
def tell_those_who_wait(at: datetime) -> None:
    """Enqueue the e-mail to everyone who has not had it since the end of their cohort."""
    told = Notification.system.filter(
        kind=KIND, about_type=Application._meta.label_lower, about_id=OuterRef("pk")
    )
    times = told.order_by().values("about_id").annotate(n=Count("pk")).values("n")
    rows = waiting_at_the_end(at).filter(
        ~Exists(told.filter(created_at__date__gt=OuterRef("cohort__ends_on")))
    )
    for application in rows.annotate(times=Coalesce(Subquery(times), 0)).select_related("person"):
        ordinal = 1 + application.times
        enqueue(KIND, to=application.person, about=application, ordinal=ordinal, at=at)


@kind(
    KIND,
    label=gettext_lazy("The cohort has ended without a match"),
    about="applications.Application",
    topic="application",
)
def cohort_over(application: Application, person: User) -> Email | Cancel:
    """**To**: someone whose application was sent and who is in no pair. **When**: their cohort has
    ended. **Until**: its end is moved, or they are in a pair or withdraw."""
    today = timezone.localdate()
    if outlook_of(application, today, pair_news(application)) != Outlook.OVER:
        return Cancel(NOT_OVER)
    page = reverse("programs:program-detail", args=[application.program.slug])
    return Email(
        context={
            "cohort": application.cohort,
            "application_state": application.state,
            "other_help": application.program.other_help_lines,
        },
        action_url=absolute(page),
        program=application.program,
    )
