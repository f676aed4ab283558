"""Public pages of an application: does it suit me, and how do I start."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from programs.models import Cohort, Program

from .. import submission, suitability
from ..forms.profile import PublicSuitabilityForm
from ..models import Application

Role = Application.Role


def role_or_404(role):
    if role not in Role.values:
        raise Http404
    return Role(role)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def suitability_check(request, slug, role):
    """The answers stay in the session until the person applies; they are shown to nobody before."""
    program, role = get_object_or_404(Program.objects.public(), slug=slug), role_or_404(role)
    form = PublicSuitabilityForm(request.POST or None, role=role)
    context = {"program": program, "role": role, "form": form}
    if request.method == "POST" and form.is_valid():
        answers = form.answered()
        request.session["suitability"] = {
            **request.session.get("suitability", {}),
            f"{slug}:{role}": answers,
        }
        context |= {"form": None, "fits": suitability.fits(answers, role)}
        return render(request, "applications/suitability_result.html", context)
    return render(request, "applications/suitability.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def apply(request, slug, role):
    """Before you start: time, what you need, who reads it. Pressing the button signs in first, where needed."""
    cohort = get_object_or_404(
        Cohort.objects.filter(program__is_public=True).select_related("program"), slug=slug
    )
    role = role_or_404(role)
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect_to_login(request.path)
        answers = request.session.get("suitability", {}).get(f"{cohort.program.slug}:{role}")
        application = submission.begin(cohort, role, by=request.user, answers=answers)
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
    }
    return render(request, "applications/apply.html", context)
