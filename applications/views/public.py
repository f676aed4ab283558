"""Public pages before an application: does it suit me, and how do I start."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from programs.models import Cohort, Program
from programs.role_names.rows import get_row_or_404

from .. import submission, suitability
from ..effort import expected_minutes
from ..forms.profile import PublicSuitabilityForm
from ..models import Application

Role = Application.Role


def role_or_404(role: str) -> Application.Role:
    if role not in Role.values:
        raise Http404
    return Role(role)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def suitability_check(request: HttpRequest, slug: str, role: str) -> HttpResponse:
    """Ask the suitability questions, one a page.

    The answers stay in the session until the person applies.
    """
    programs = Program.objects.public().select_related("policy")
    program, role = get_row_or_404(programs, slug=slug), role_or_404(role)
    codes, asked = suitability.CODES[role], request.GET.get("question", "")
    code = asked if asked in codes else codes[0]
    given: dict[str, bool] = request.session.get("suitability", {}).get(f"{slug}:{role}", {})
    form = PublicSuitabilityForm(
        request.POST if request.method == "POST" else None,
        role=role,
        program=program,
        code=code,
        given=given.get(code),
    )
    context = {
        "program": program,
        "role": role,
        "form": form,
        "number": codes.index(code) + 1,
        "question_count": len(codes),
    }
    if not form.is_valid():
        return render(request, "applications/suitability.html", context)
    given = {**given, **form.answered()}
    _remember(request, f"{slug}:{role}", given)
    if left := [one for one in codes[codes.index(code) + 1 :] or codes if one not in given]:
        return redirect(f"{request.path}?question={left[0]}")
    fits = suitability.fits(given, role)
    heading = _("It sounds right for you") if fits else _("Perhaps not now")
    context |= {"form": None, "fits": fits, "heading": heading}
    return render(request, "applications/suitability_result.html", context)


def _remember(request: HttpRequest, key: str, given: dict[str, bool]) -> None:
    known = request.session.get("suitability", {})
    request.session["suitability"] = {**known, key: given}


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, slug: str, role: str) -> HttpResponse:
    """Show what an application takes and who reads it; the button signs in first if needed."""
    cohort = get_row_or_404(
        Cohort.objects.filter(program__is_public=True).select_related("program"), slug=slug
    )
    role = role_or_404(role)
    if request.method == "POST":
        user = request.user
        if not user.is_authenticated:
            return redirect_to_login(request.path)
        answers = request.session.get("suitability", {}).get(f"{cohort.program.slug}:{role}")
        application = submission.begin(cohort, role, by=user, answers=answers)
        return redirect("applications:application-tasks", application.public_id)
    begun = (
        Application.objects.of(request.user)
        .filter(cohort=cohort, role=role)
        .exclude(state=Application.State.WITHDRAWN)
    )
    is_open = Cohort.objects.taking_applications(timezone.localdate()).filter(pk=cohort.pk).exists()
    context = {
        "program": cohort.program,
        "cohort": cohort,
        "role": role,
        "begun": begun.first(),
        "is_open": is_open,
        "minutes": expected_minutes(cohort.program, role),
    }
    return render(request, "applications/apply.html", context)
