"""The scored interview, on the page of an application."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _

from programs.committee import acting_member, holds

from .. import interviews
from ..forms.interviews import InterviewForm
from ..models import Application, InterviewScore
from ..reviewing import DECIDERS


def interview_of(request: HttpRequest, application: Application) -> dict[str, object]:
    """Return who has scored, the scores that the member may read, and the form if it is wanted.

    Asks no database where the program interviews no one.
    """
    if not interviews.is_held(application):
        return {"has_interview": False}
    member = acting_member(request)
    asked = InterviewScore.objects.scorers(member).filter(application=application)
    rows = list(asked.select_related("scorer"))
    known = interviews.scorers_for(application, rows)
    texts = InterviewScore.objects.visible_to(member).filter(application=application)
    shown = texts.in_bulk() if rows else {}
    is_open = bool(rows) and not known.missing
    may_decide = holds(request, application.program, *DECIDERS)
    may_score = may_decide and known.may_score(application, member)
    missing = known.missing_for(application)
    results = {shown[row.pk].is_passed for row in rows} if is_open else set()
    return {
        "has_interview": bool(rows) or missing > 0,
        "scorers": [(row, shown.get(row.pk)) for row in rows],
        "scores_missing": missing,
        "interview_passed": results == {True},
        "scorers_disagree": len(results) > 1,
        "interview_day": max(row.held_on for row in rows) if is_open else None,
        "interview_form": InterviewForm(program=application.program) if may_score else None,
    }


def bound_form(request: HttpRequest, application: Application) -> InterviewForm:
    return InterviewForm(request.POST, program=application.program)


def send(request: HttpRequest, application: Application, form: InterviewForm) -> str:
    """Save the scores of the member; return what to say about it."""
    form.save(application, by=acting_member(request))
    rows = InterviewScore.objects.scorers(acting_member(request)).filter(application=application)
    if interviews.scorers_for(application, list(rows)).missing:
        return _("Your scores are sent. The committee reads them once another member has scored.")
    return _("Your scores are sent. All have scored, and the result is with the checks.")
