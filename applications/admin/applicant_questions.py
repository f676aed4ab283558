"""What the committee asks an applicant, on the page of the application."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from programs.committee import acting_member, holds

from .. import applicant_questions
from ..forms.applicant_questions import AskForm
from ..models import ApplicantQuestion, Application
from ..reviewing import DECIDERS


def questions_of(request: HttpRequest, application: Application) -> dict[str, object]:
    """Return the questions that the member may read, and the form for another one."""
    may_ask = holds(request, application.program, *DECIDERS)
    rows = ApplicantQuestion.objects.for_committee(acting_member(request)).filter(
        application=application
    )
    found = list(rows.select_related("by"))
    for row in found:
        row.application = application
    is_possible = applicant_questions.may_ask(application) and application.person.has_address
    is_waiting = any(row.is_open for row in found)
    return {
        "questions": found,
        "may_take_back": may_ask,
        "ask_form": AskForm() if may_ask and is_possible and not is_waiting else None,
    }


def ask(request: HttpRequest, application: Application, form: AskForm) -> HttpResponse:
    row = form.save(application, by=acting_member(request))
    words = _("The question is on its way to %(name)s. You get an e-mail when the answer is there.")
    messages.success(request, words % {"name": row.application.person})
    return redirect("admin:applications_application_change", application.pk)


def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    rows = ApplicantQuestion.objects.for_committee(acting_member(request))
    row = get_object_or_404(rows.select_related("application__cohort"), pk=pk)
    applicant_questions.take_back(row, by=acting_member(request))
    messages.success(request, _("The question was taken back."))
    return redirect("admin:applications_application_change", row.application_id)
