"""Public pages: the list of programs, and each program."""

from __future__ import annotations

import io

import segno
from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from notifications.links import absolute

from .models import Cohort, Program

MODULE = 10  # size of a dot of the QR code; the page scales the picture


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


@login_not_required
@require_safe
def poster(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one page to print and hang up, whose QR code leads to the program's page."""
    visible = Program.objects.visible_to(request.user)
    program = get_object_or_404(visible.select_related("policy"), slug=slug)
    context = {"program": program, "address": _address(program)}
    return render(request, "programs/poster.html", context)


@login_not_required
@require_safe
def poster_code(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the QR code of a program's page as SVG."""
    program = get_object_or_404(Program.objects.visible_to(request.user), slug=slug)
    picture = io.BytesIO()
    code = segno.make(_address(program), error="m", micro=False)
    code.save(picture, kind="svg", scale=MODULE, svgclass=None, lineclass=None, light="#fff")
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


def _address(program: Program) -> str:
    return absolute(reverse("programs:program-detail", args=[program.slug]))
