"""Pages for everybody: what it is, whether it suits, how to begin."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from .. import applying, suitability
from ..forms.about import PublicSuitabilityForm
from ..models import Application, Cohort, Program

Role = Application.Role


def public_programs():
    """Programs with a public page, each with the cohorts that take applications today and those to come."""
    today = timezone.localdate()
    coming = Cohort.objects.filter(opens_on__gt=today).order_by("opens_on")
    return Program.objects.filter(is_public=True).prefetch_related(
        Prefetch(
            "cohorts",
            Cohort.objects.taking_applications(today).order_by("closes_on"),
            to_attr="open_cohorts",
        ),
        Prefetch("cohorts", coming, to_attr="coming_cohorts"),
    )


def role_or_404(role):
    if role not in Role.values:
        raise Http404
    return Role(role)


@login_not_required
@require_safe
def welcome(request):
    programs = list(public_programs())
    return render(
        request,
        "programs/welcome.html",
        {"programs": programs, "program": programs[0] if len(programs) == 1 else None},
    )


@login_not_required
@require_safe
def program_detail(request, slug):
    program = get_object_or_404(public_programs(), slug=slug)
    return render(request, "programs/program.html", {"program": program})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def suitability_check(request, slug, role):
    """The answers stay in the session until the person applies; they are shown to nobody before."""
    program, role = get_object_or_404(public_programs(), slug=slug), role_or_404(role)
    form = PublicSuitabilityForm(request.POST or None, role=role)
    context = {"program": program, "role": role, "form": form}
    if request.method == "POST" and form.is_valid():
        answers = form.answered()
        request.session["suitability"] = {
            **request.session.get("suitability", {}),
            f"{slug}:{role}": answers,
        }
        context |= {"form": None, "fits": suitability.fits(answers, role)}
        return render(request, "programs/suitability_result.html", context)
    return render(request, "programs/suitability.html", context)


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
        application = applying.begin(cohort, role, by=request.user, answers=answers)
        return redirect("programs:application-tasks", application.public_id)
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
    return render(request, "programs/apply.html", context)
