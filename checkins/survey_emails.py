"""The test e-mail of a survey, to the chair who is writing it."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy

from accounts.models import User
from applications.models import Application
from notifications.kinds import Cancel, Email, kind
from notifications.links import absolute
from notifications.models import Notification
from notifications.reasons import reason
from programs.models import Program

from .disclosure import Audience, sentences
from .models import Question, Survey
from .survey_checks import LANGUAGES

SURVEY_RETIRED = reason("survey-retired", gettext_lazy("the edition is retired"))


def times_tested(survey: Survey, member: User) -> int:
    """Return how many test e-mails of `survey` the member has asked for."""
    return Notification.system.about(survey).filter(kind="survey-test", recipient=member.pk).count()


@kind(
    "survey-test",
    label=gettext_lazy("Test of a survey"),
    about="checkins.Survey",
    urgent=True,
    to_members=True,
)
def survey_test(survey: Survey, member: User) -> Email | Cancel:
    """**To**: a chair. **When**: they press "Send a test to me". **Until**: the edition is retired.

    As its e-mail to a mentee, in the chair's language; it leads to the preview, where nothing is
    stored.
    """
    program: Program | None = survey.program
    if survey.state == Survey.State.RETIRED or program is None:
        return Cancel(SURVEY_RETIRED)
    role = Application.Role.MENTEE
    questions = list(survey.questions.asked_of(role))
    language = (get_language() or LANGUAGES[0]).split("-")[0]
    url = absolute(reverse("admin:checkins_survey_preview", args=[survey.pk, role, language]))
    scale = next((row for row in questions if row.kind == Question.Kind.SCALE), None)
    steps = [
        {"label": text, "url": f"{url}?{scale.code}={code}"}
        for code, text in (scale.options if scale else ())
        if scale
    ]
    return Email(
        context={
            "survey": survey,
            "question_count": len(questions),
            "scale": scale,
            "steps": steps,
            "readers": sentences(questions, Audience.of_survey(survey, program)),
        },
        action_url=url,
        program=program,
    )
