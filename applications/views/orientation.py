"""The orientation of an accepted person: parts to read, then questions."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from programs.orientation_texts import Orientation, Question
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


def shared_context(application: Application, course: Orientation) -> dict[str, object]:
    return {
        "application": application,
        "program": application.program,
        "orientation_title": (
            _("Mentor orientation") if application.is_mentor else _("Mentee orientation")
        ),
        **course.figures,
    }


@require_safe
def overview(request: HttpRequest, public_id: str) -> HttpResponse:
    application = mine_or_404(request, public_id)
    course = orientation.orientation_for(application)
    modules = [
        {
            "title": module.title,
            "lang": module.lang,
            "minutes": module.minutes,
            "url": reverse("applications:orientation-module", args=[public_id, module.code]),
        }
        for module in course.modules
    ]
    context = {**shared_context(application, course), "modules": modules}
    return render(request, "applications/orientation.html", context)


@require_safe
def module(request: HttpRequest, public_id: str, code: str) -> HttpResponse:
    application = mine_or_404(request, public_id)
    course = orientation.orientation_for(application)
    codes = [each.code for each in course.modules]
    if code not in codes:
        raise Http404
    number = codes.index(code)
    following = codes[number + 1] if number + 1 < len(codes) else None
    context = {
        **shared_context(application, course),
        "module": course.modules[number],
        "number": number + 1,
        "total": len(codes),
        "next_url": reverse("applications:orientation-module", args=[public_id, following])
        if following
        else reverse("applications:orientation-check", args=[public_id]),
        "is_last": following is None,
    }
    return render(request, "applications/module.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, public_id: str) -> HttpResponse:
    application = mine_or_404(request, public_id)
    course = orientation.orientation_for(application)
    data = request.POST if request.method == "POST" else None
    form = OrientationCheckForm(course.questions, data)
    context = {**shared_context(application, course), "form": form}
    if form.is_bound and form.is_valid():
        answers = form.cleaned_data
        if orientation.submit_answers(application, by=application.person, answers=answers):
            messages.success(request, _("You have passed the orientation. Thank you!"))
            return redirect("applications:application-sent", public_id)
        context["results"] = results(course.questions, answers)
    return render(request, "applications/orientation_check.html", context)


def results(questions: list[Question], answers: Mapping[str, str]) -> list[dict[str, object]]:
    """Return what was answered, whether it was right, and why."""
    wrong = orientation.wrong_answers(questions, answers)
    return [
        {
            "question": parts.text,
            "lang": lang,
            "chosen": next(one.text for one in parts.options if one.code == answers[code]),
            "is_right": code not in wrong,
            "reason": parts.explanation,
        }
        for code, parts, lang in ((one.code, one.parts, one.lang) for one in questions)
    ]
