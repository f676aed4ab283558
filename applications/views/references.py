"""The page on which an applicant names people who can speak for them."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from programs.role_names.rows import get_row_or_404

from .. import references
from ..forms.references import RefereeForm
from ..models import Application, Reference
from ..models.references import asks_for

PAGE = "applications:application-referees"


@require_http_methods(["GET", "HEAD", "POST"])
def referees(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show whom the applicant has named; take another one."""
    rows = Application.objects.of(request.user).select_related("cohort__program__policy", "person")
    application = get_row_or_404(rows, public_id=public_id)
    if not asks_for(application) or application.state == Application.State.DRAFT:
        raise Http404
    form = RefereeForm(request.POST or None, program=application.program)
    if request.method == "POST" and form.is_valid():
        form.save(application, by=application.person)
        messages.success(request, _("Thank you. We write to them if we may."))
        return redirect(PAGE, public_id)
    named = list(Reference.objects.named_by(request.user).filter(application=application))
    context = {
        "application": application,
        "program": application.program,
        "named": named,
        "form": form if references.may_name(application, len(named)) else None,
        "most": references.MOST,
        "questions": references.questions_of(application.program),
    }
    return render(request, "applications/referees.html", context)
