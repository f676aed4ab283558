"""The page on which an applicant answers a question of the committee."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from programs.role_names.rows import get_row_or_404

from ..forms.applicant_questions import AnswerForm
from ..models import ApplicantQuestion


@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, public_id: str, question_id: str) -> HttpResponse:
    """Show a question of the committee; take its answer."""
    rows = ApplicantQuestion.objects.of(request.user).select_related(
        "application__cohort__program", "application__person"
    )
    row = get_row_or_404(rows, public_id=question_id, application__public_id=public_id)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        form.save(row, by=row.application.person)
        messages.success(request, _("Thank you. The committee has your answer."))
        return redirect("applications:application-question", public_id, question_id)
    context = {
        "application": row.application,
        "program": row.application.program,
        "question": row,
        "form": form if row.is_open else None,
    }
    return render(request, "applications/question.html", context)
