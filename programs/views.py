"""Public pages: the list of programs, and each program."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from .models import Cohort, Program


def public_programs() -> QuerySet[Program]:
    """Return public programs, each with its `open_cohorts` and its `coming_cohorts`."""
    today = timezone.localdate()
    coming = Cohort.objects.filter(opens_on__gt=today).order_by("opens_on")
    return (
        Program.objects.public()
        .select_related("policy")
        .prefetch_related(
            Prefetch(
                "cohorts",
                Cohort.objects.taking_applications(today).order_by("closes_on"),
                to_attr="open_cohorts",
            ),
            Prefetch("cohorts", coming, to_attr="coming_cohorts"),
        )
    )


@login_not_required
@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    programs = list(public_programs())
    return render(
        request,
        "programs/welcome.html",
        {"programs": programs, "program": programs[0] if len(programs) == 1 else None},
    )


@login_not_required
@require_safe
def program_detail(request: HttpRequest, slug: str) -> HttpResponse:
    program = get_object_or_404(public_programs(), slug=slug)
    return render(request, "programs/program.html", {"program": program})
