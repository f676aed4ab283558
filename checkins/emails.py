"""Letters that ask how it goes, and those that call a member of the committee. No answer and no detail is in any of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from matches.models import Match
from notifications.kinds import ESSENTIAL, OPTIONAL, Cancel, Email, kind
from notifications.links import absolute, link

from .models import CheckIn, Concern, Question

HELP_DAYS = 60


def help_link(match: Match, person: Any) -> str:
    """A link that asks the committee for help without signing in."""
    until = timezone.now() + timedelta(days=HELP_DAYS)
    return link("help", person=person, subject=match, until=until)


def _ask(checkin: CheckIn, person: Any, label: str) -> Email | Cancel:
    if checkin.state != CheckIn.State.OPEN:
        return Cancel("the check-in is not open any more")
    if checkin.match.state == Match.State.CLOSED:
        return Cancel("the match has ended")
    url = link(
        "survey-answer", person=person, subject=checkin, until=checkin.closes_at or timezone.now()
    )
    scale = next(
        (question for question in checkin.questions if question.kind == Question.Kind.SCALE), None
    )
    steps = (
        [{"label": text, "url": f"{url}?{scale.code}={code}"} for code, text in scale.options]
        if scale
        else []
    )
    return Email(
        context={
            "checkin": checkin,
            "match": checkin.match,
            "partner": checkin.partner,
            "question": scale,
            "steps": steps,
            "help_url": help_link(checkin.match, person),
        },
        action=(label, url),
        program=checkin.program,
        thread=checkin.match,
    )


@kind("checkin-fit", about="checkins.CheckIn", stream=ESSENTIAL, needs_answer=True)
def checkin_fit(checkin: CheckIn, person: Any) -> Email | Cancel:
    """**To**: each person of a match, alone. **When**: after the second meeting or on day 45; again after 3 and 7 days.
    **Until**: answered, lapsed, or the match has ended."""
    return _ask(checkin, person, _("Answer (30 seconds)"))


@kind("checkin-pulse", about="checkins.CheckIn", stream=OPTIONAL, needs_answer=True)
def checkin_pulse(checkin: CheckIn, person: Any) -> Email | Cancel:
    """**To**: each person of a match, alone. **When**: on day 30, then every 60 days; again after 3 and 7 days.
    **Until**: answered, lapsed, or the match has ended."""
    return _ask(checkin, person, _("Answer (20 seconds)"))


@kind("concern", about="checkins.Concern", stream=ESSENTIAL)
def concern(concern: Concern, person: Any) -> Email | Cancel:
    """**To**: the carer; the deputy after 4 hours, the chair after 24. **When**: a concern is raised that can wait.
    **Until**: somebody has taken it."""
    if concern.state != Concern.State.OPEN:
        return Cancel("somebody looks after it already")
    if not concern.may_be_handled_by(person):
        return Cancel("another member must look after it")
    return Email(
        context={"is_urgent": concern.urgency == Concern.Urgency.URGENT},
        action=(
            _("Open the request"),
            absolute(reverse("admin:checkins_concern_change", args=[concern.pk])),
        ),
        program=concern.program,
    )


@kind("concern-urgent", about="checkins.Concern", stream=ESSENTIAL, urgent=True)
def concern_urgent(row: Concern, person: Any) -> Email | Cancel:
    """**To**: as "concern". **When**: somebody asks for help, or an answer is low; at night too. **Until**: as "concern"."""
    return concern(row, person)
