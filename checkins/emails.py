"""E-mails with surveys. None of them carries answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from matches.alumni_emails import may_mentor
from matches.ending_texts import MATCH_ENDED, REOPENED, partner_name
from matches.models import Match
from matches.pauses import PAIR_PAUSED
from notifications.kinds import ESSENTIAL, OPTIONAL, Cancel, Email, kind
from notifications.links import absolute, link
from notifications.reasons import reason

from .adjustments import has_news, list_url
from .disclosure import readers
from .models import AFTER_THE_END, CheckIn, Question
from .needs import count_needs
from .unmatched_survey import NO_LONGER_UNMATCHED, still_without_match

HELP_DAYS = 60

CHECKIN_CLOSED = reason("checkin-closed", gettext_lazy("the check-in is no longer open"))


def help_link(match: Match, person: User) -> str:
    """Return a link with which `person` asks the committee for help without signing in."""
    until = timezone.now() + timedelta(days=HELP_DAYS)
    return link("help", person=person, subject=match, until=until)


def _survey(checkin: CheckIn, person: User) -> Email | Cancel:
    if checkin.state != CheckIn.State.OPEN:
        return Cancel(CHECKIN_CLOSED)
    match = checkin.pair
    has_ended = match.state == Match.State.CLOSED
    if has_ended and checkin.kind not in AFTER_THE_END:
        return Cancel(MATCH_ENDED)
    if not has_ended and checkin.kind in AFTER_THE_END:
        return Cancel(REOPENED)
    if match.is_paused(timezone.now()):
        return Cancel(PAIR_PAUSED)
    about = {"partner": checkin.partner, "help_url": help_link(match, person)}
    return _asking(checkin, person, about, thread=match)


def _asking(
    checkin: CheckIn, person: User, about: dict[str, object], *, thread: models.Model
) -> Email:
    """Return the e-mail that asks a survey; `about` is what its templates need besides."""
    until = checkin.closes_at or timezone.now()
    url = link("survey-answer", person=person, subject=checkin, until=until)
    # The choices of the first scale are links in the e-mail; they only preselect an answer.
    scales = (row for row in checkin.questions if row.kind == Question.Kind.SCALE)
    scale = next(scales, None)
    steps = []
    if scale is not None:
        steps = [
            {"label": text, "url": f"{url}?{scale.code}={code}"} for code, text in scale.options
        ]
    page = reverse("checkins:checkin-answer", args=[checkin.public_id])
    return Email(
        context={
            "checkin": checkin,
            "question_count": len(checkin.questions),
            "scale": scale,
            "steps": steps,
            "readers": readers(checkin),
            "needs_url": absolute(page) if count_needs(checkin) else "",
            "changes_url": list_url(checkin.program) if has_news(checkin) else "",
            **about,
        },
        action_url=url,
        program=checkin.program,
        thread=thread,
    )


@kind(
    "checkin-fit",
    label=gettext_lazy("Check-in: a good fit?"),
    about="checkins.CheckIn",
    stream=ESSENTIAL,
    needs_answer=True,
)
def checkin_fit(checkin: CheckIn, person: User) -> Email | Cancel:
    """**To**: each person of a match, alone. **When**: after the second meeting or on day 45;
    again after 3 and 7 days. **Until**: answered, lapsed, or the match has ended."""
    return _survey(checkin, person)


@kind(
    "checkin-pulse",
    label=gettext_lazy("Check-in: how is it going?"),
    about="checkins.CheckIn",
    stream=OPTIONAL,
    needs_answer=True,
)
def checkin_pulse(checkin: CheckIn, person: User) -> Email | Cancel:
    """**To**: each person of a match, alone. **When**: on day 30, then every 60 days; again after
    3 and 7 days. **Until**: answered, lapsed, or the match has ended."""
    return _survey(checkin, person)


@kind(
    "checkin-survey",
    label=gettext_lazy("Check-in: survey of a milestone"),
    about="checkins.CheckIn",
    stream=OPTIONAL,
)
def checkin_survey(checkin: CheckIn, person: User) -> Email | Cancel:
    """**To**: each person of a match, alone. **When**: after the introduction, halfway, or before
    the end of the term; again after 3 and 7 days. **Until**: as "checkin-pulse"."""
    return _survey(checkin, person)


@kind(
    "checkin-after",
    label=gettext_lazy("Check-in: survey after the end"),
    about="checkins.CheckIn",
    stream=OPTIONAL,
)
def checkin_after(checkin: CheckIn, person: User) -> Email | Cancel:
    """**To**: each person of a match that has ended, alone. **When**: some days after an early end;
    again after 3 and 7 days. **Until**: answered, lapsed, or the match was reopened."""
    return _survey(checkin, person)


@kind(
    "checkin-later",
    label=gettext_lazy("Half a year after the end"),
    about="checkins.CheckIn",
    stream=OPTIONAL,
)
def checkin_later(checkin: CheckIn, person: User) -> Email | Cancel:
    """**To**: each person of a completed pair, alone. **When**: six months (a setting) after it was
    completed, once. **Until**: answered, lapsed, or the match was reopened."""
    email = _survey(checkin, person)
    if isinstance(email, Cancel):
        return email
    match = checkin.pair
    more = {
        "match": match,
        "months": checkin.program.policy.later_survey_months,
        "partner_name": partner_name(match, person),
        "is_mentee": match.mentee.person_id == person.pk,
        "may_mentor": may_mentor(match, person),
        "alumni_url": absolute(reverse("dashboard:alumni")),
    }
    return replace(email, context={**email.context, **more})


@kind(
    "checkin-unmatched",
    label=gettext_lazy("Survey of someone without a match"),
    about="checkins.CheckIn",
    stream=OPTIONAL,
)
def checkin_unmatched(checkin: CheckIn, person: User) -> Email | Cancel:
    """**To**: someone who was left without a match. **When**: two weeks (a setting) after the
    e-mail that says so, once per application. **Until**: answered, lapsed, or they have a match or
    no longer wait for one."""
    if checkin.state != CheckIn.State.OPEN or checkin.application is None:
        return Cancel(CHECKIN_CLOSED)
    if not still_without_match(checkin.application):
        return Cancel(NO_LONGER_UNMATCHED)
    about: dict[str, object] = {
        "cohort": checkin.application.cohort,
        "help_url": absolute(reverse("checkins:concern-create")),
    }
    return _asking(checkin, person, about, thread=checkin.application)
