"""Public pages: which programs there are, and what one of them is about."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from .models import Cohort, Program


def public_programs():
    """Programs with a public page, each with its open cohorts and those that open later."""
    today = timezone.localdate()
    coming = Cohort.objects.filter(opens_on__gt=today).order_by("opens_on")
    return Program.objects.public().prefetch_related(
        Prefetch(
            "cohorts",
            Cohort.objects.taking_applications(today).order_by("closes_on"),
            to_attr="open_cohorts",
        ),
        Prefetch("cohorts", coming, to_attr="coming_cohorts"),
    )


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
