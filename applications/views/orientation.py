"""The mentor's orientation: modules to read, then questions."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from programs.role_names.rows import get_row_or_404

from .. import orientation
from ..forms.orientation import OrientationCheckForm
from ..models import Application


def mine_or_404(request: HttpRequest, public_id: str) -> Application:
    rows = Application.objects.of(request.user).select_related("cohort__program", "person")
    application = get_row_or_404(rows, public_id=public_id)
    if not orientation.is_open_for(application):
        raise Http404
    return application


@require_safe
def overview(request: HttpRequest, public_id: str) -> HttpResponse:
    application = mine_or_404(request, public_id)
    modules = [
        {
            "title": module.title,
            "minutes": module.minutes,
            "url": reverse("applications:orientation-module", args=[public_id, module.code]),
        }
        for module in orientation.MODULES
    ]
    context = {
        "application": application,
        "program": application.program,
        "modules": modules,
        **orientation.orientation_figures(),
    }
    return render(request, "applications/orientation.html", context)


@require_safe
def module(request: HttpRequest, public_id: str, code: str) -> HttpResponse:
    application = mine_or_404(request, public_id)
    codes = [each.code for each in orientation.MODULES]
    if code not in codes:
        raise Http404
    number = codes.index(code)
    following = codes[number + 1] if number + 1 < len(codes) else None
    context = {
        "application": application,
        "program": application.program,
        "module": orientation.MODULES[number],
        "text": orientation.MODULES[number].template,
        "number": number + 1,
        "total": len(codes),
        "next_url": reverse("applications:orientation-module", args=[public_id, following])
        if following
        else reverse("applications:orientation-check", args=[public_id]),
        "is_last": following is None,
        **orientation.orientation_figures(),
    }
    return render(request, "applications/module.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, public_id: str) -> HttpResponse:
    application = mine_or_404(request, public_id)
    form = OrientationCheckForm(request.POST if request.method == "POST" else None)
    context = {
        "application": application,
        "program": application.program,
        "form": form,
        **orientation.orientation_figures(),
    }
    if form.is_bound and form.is_valid():
        answers = form.cleaned_data
        if orientation.submit_answers(application, by=application.person, answers=answers):
            messages.success(request, _("You have passed the orientation. Thank you!"))
            return redirect("applications:application-sent", public_id)
        context["results"] = results(answers)
    return render(request, "applications/orientation_check.html", context)


def results(answers: dict[str, str]) -> list[dict[str, object]]:
    """Return what was answered, whether it was right, and why."""
    wrong = orientation.wrong_answers(answers)
    return [
        {
            "question": question.text,
            "chosen": dict(question.options)[answers[question.code]],
            "is_right": question.code not in wrong,
            "reason": question.reason,
        }
        for question in orientation.QUESTIONS
    ]
