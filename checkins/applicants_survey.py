"""The baseline that people are asked when they apply, so that change counts from before the pair.

1. A program asks it once a chair has published a baseline that says so. It comes on the page after
   an application was sent, and no e-mail asks for it. It may be left out.
2. Every question is only counted. Without a pair there is no carer, and no one who decides on an
   application sees what was answered, or whether anything was.
3. Once per application. Someone who withdraws and applies again in the same cohort and role takes
   their answers along.
4. It stops when the application is withdrawn or declined. Answers stay, to be counted.
5. Whoever has not answered is asked the usual way, some days after the introduction; no one else.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.exceptions import ActionNotAllowed
from applications.after_sending import OptionalStep
from applications.models import Application
from workflow.states import move

from .models import CheckIn, Kind, current_survey

State = CheckIn.State
# Of an application that can still become a pair.
CONSIDERED = (
    Application.State.SUBMITTED,
    Application.State.ACCEPTED,
    Application.State.WAITLISTED,
)


@transaction.atomic
def ask(application: Application, at: datetime) -> None:
    """Ask the person of an application that was sent just now, if the program does so."""
    survey = current_survey(Kind.BASELINE, application.program)
    if survey is None or not survey.is_asked_when_applying:
        return
    if _answered_earlier(application).update(application=application):
        return
    checkin = CheckIn.objects.create(
        application=application, person=application.person, kind=Kind.BASELINE, opens_at=at
    )
    closes_at = at + timedelta(days=application.program.policy.checkin_lapses_days)
    move(checkin, State.OPEN, by=None, at=at, survey=survey, opened_at=at, closes_at=closes_at)


def _answered_earlier(application: Application) -> QuerySet[CheckIn]:
    """Return what the person answered with a withdrawn application of this cohort and role."""
    answered = CheckIn.objects.of_applicants().filter(state=State.ANSWERED)
    return answered.filter(
        person=application.person_id,
        application__cohort=application.cohort_id,
        application__role=application.role,
        application__state=Application.State.WITHDRAWN,
    )


def optional_step(application: Application, at: datetime | None = None) -> OptionalStep | None:
    """Return the survey as the page of a sent application offers it; None if it is not open."""
    if application.state not in CONSIDERED:
        return None
    asked = CheckIn.objects.awaiting(application.person, at or timezone.now())
    checkin = asked.filter(application=application, kind=Kind.BASELINE).first()
    if checkin is None:
        return None
    count = len(checkin.questions)
    text = ngettext(
        "%(count)d short question, about %(seconds)d seconds. It is up to you: no one who reads"
        " your application sees your answer, or whether you gave one.",
        "%(count)d short questions, about %(seconds)d seconds. It is up to you: no one who reads"
        " your application sees your answers, or whether you gave any.",
        count,
    )
    return OptionalStep(
        title=str(checkin.survey),
        text=text % {"count": count, "seconds": checkin.seconds_to_answer},
        action=_("Answer the questions"),
        url=reverse("checkins:checkin-answer", args=[checkin.public_id]),
    )


def stop_asking(at: datetime) -> None:
    """Cancel what is asked of people whose application was declined or withdrawn."""
    asked = CheckIn.objects.of_applicants().open()
    for checkin in asked.exclude(application__state__in=CONSIDERED):
        try:
            move(checkin, State.CANCELLED, by=None, at=at, why="the application is no longer open")
        except ActionNotAllowed:  # answered a moment ago
            continue


def asked_with(applications: Collection[int]) -> dict[int, CheckIn]:
    """Return {application: what was asked with it} where it was answered, or still can be."""
    rows = CheckIn.objects.of_applicants().filter(application__in=applications)
    found = rows.filter(state__in=[State.OPEN, State.ANSWERED])
    return {row.own_application_id: row for row in found}


def has_answered(checkin: CheckIn) -> bool:
    """Return whether the person of a pair's baseline has answered it when they applied."""
    rows = CheckIn.objects.of_applicants().filter(state=State.ANSWERED)
    return rows.filter(application=checkin.own_application_id).exists()
