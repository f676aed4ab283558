"""The survey for people who are left without a match, by a round or when their cohort ends.

1. A program asks it once it has published its own edition, as the surveys of milestones.
2. It comes some days (a setting, a week at least) after the e-mail that says that there is no match
   was sent; without that e-mail never. Once per application, without a reminder.
3. It stops when the person has a match, withdraws, or is no longer there.
4. Answers are only counted: without a pair there is no carer to read them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from applications.models import Application
from applications.models.applications import ApplicationQuerySet
from matches import cohort_ends
from matches.models import Match
from notifications.models import Notification
from notifications.outbox import cancel_about
from notifications.reasons import reason
from programs.models import Program
from workflow.states import move

from .milestones import asked_today
from .models import CheckIn, Kind

State = CheckIn.State
# The e-mails that tell someone that they have no match.
TOLD = ("round-unmatched", "round-no-mentee", cohort_ends.KIND)
WAITING = (Application.State.ACCEPTED, Application.State.WAITLISTED)
LOOKS_BACK = timedelta(days=30)  # longer than any downtime
NO_LONGER_UNMATCHED = reason(
    "no-longer-unmatched", gettext_lazy("they have a match, or no longer wait for one")
)


def without_match() -> ApplicationQuerySet:
    """Return applications that wait for a match and have never had one."""
    matches = Match.objects.filter(Q(mentee=OuterRef("pk")) | Q(mentor=OuterRef("pk")))
    waiting = Application.objects.filter(state__in=WAITING, person__is_active=True)
    return waiting.filter(~Exists(matches))


def still_without_match(application: Application) -> bool:
    """Return whether the person still waits, and has never had a match with this application."""
    return without_match().filter(pk=application.pk).exists()


def plan_unmatched(at: datetime) -> None:
    """Add the check-ins of people whose day has come by `at`. Running it twice adds nothing."""
    new = [
        row
        for program, _kind, since in asked_today([Kind.UNMATCHED])
        for row in _due(program, since, at)
    ]
    CheckIn.objects.bulk_create(new, ignore_conflicts=True)  # another worker may be as fast


def _due(program: Program, since: datetime, at: datetime) -> Iterator[CheckIn]:
    wait = timedelta(days=program.policy.unmatched_survey_days)
    told = Notification.system.filter(
        kind__in=TOLD,
        about_type=Application._meta.label_lower,
        state=Notification.State.SENT,
        sent_at__lte=at - wait,
        sent_at__gte=max(since, at - LOOKS_BACK) - wait,
    )
    asked = CheckIn.objects.filter(application=OuterRef("pk"), kind=Kind.UNMATCHED)
    waiting = without_match().filter(
        ~Exists(asked), cohort__program=program, pk__in=told.values("about_id")
    )
    for application in waiting.select_related("person"):
        yield CheckIn(
            application=application, person=application.person, kind=Kind.UNMATCHED, opens_at=at
        )


def cancel_of_matched(at: datetime) -> None:
    """Cancel what is asked of people who have a match by now, or no longer wait for one."""
    asked = CheckIn.objects.filter(kind=Kind.UNMATCHED, state__in=[State.SCHEDULED, State.OPEN])
    for checkin in asked.exclude(application__in=without_match()):
        try:
            move(checkin, State.CANCELLED, by=None, at=at, why="no longer without a match")
        except ActionNotAllowed:  # answered a moment ago
            continue
        cancel_about(checkin, why=NO_LONGER_UNMATCHED, at=at)
