"""Public pages: the list of programs, each program, and "tell me when it opens"."""

from __future__ import annotations

import io

import segno
from allauth.core.ratelimit import consume
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.rate_limits import seconds_to_wait, too_many_requests
from notifications.links import absolute

from . import first_chair, opening_requests
from .forms import FirstChairForm, OpeningRequestForm
from .models import Cohort, OpeningRequest, Program
from .role_names.rows import get_row_or_404

ASKING = "opening_request"  # the rate limit, in the settings
MODULE = 10  # size of a dot of the QR code; the page scales the picture


def public_programs() -> QuerySet[Program]:
    """Return public programs, each with its `open_cohorts` and its `coming_cohorts`."""
    today = timezone.localdate()
    coming = Cohort.objects.filter(opens_on__gt=today).order_by("opens_on")
    return (
        Program.objects.public()
        .select_related("policy", "organisation_sign_in")
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
    program = get_row_or_404(public_programs(), slug=slug)
    return render(request, "programs/program.html", {"program": program})


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def opening_request(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for an address that wants to know when applications open."""
    program = get_row_or_404(public_programs(), slug=slug)
    if opening_requests.open_cohorts(program, timezone.now()).exists():
        return redirect("programs:program-detail", slug)
    mine = request.user.email if request.user.is_authenticated else ""
    data = request.POST if request.method == "POST" else None
    wanted = {"role": role} if (role := request.GET.get("role")) in OpeningRequest.Role else {}
    form = OpeningRequestForm(data, initial={"email": mine, **wanted})
    if form.is_valid():
        if not consume(request, action=ASKING, key=form.cleaned_data["email"].lower()):
            seconds = seconds_to_wait("programs:opening-request")
            return too_many_requests(request, seconds=seconds)
        form.save(program=program)
        return redirect("programs:opening-requested", slug)
    months = opening_requests.CONFIRMED_MONTHS
    context = {"form": form, "program": program, "months": months}
    return render(request, "programs/opening_request.html", context)


@login_not_required
@require_safe
def opening_requested(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what happens next, in the same words for every address."""
    program = get_row_or_404(public_programs(), slug=slug)
    context = {"program": program, "days": opening_requests.UNCONFIRMED_DAYS}
    return render(request, "programs/opening_requested.html", context)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def first_chair_registration(request: HttpRequest, token: str) -> HttpResponse:
    """Let the first chair of an installation register by the link that was printed."""
    if not first_chair.is_valid(token):
        return render(request, "notifications/link_expired.html", status=404)
    data = request.POST if request.method == "POST" else None
    form = FirstChairForm(data, initial={"time_zone": "UTC", "language": get_language()})
    if form.is_valid():
        form.register(token)
        messages.success(request, _("The program was created. Sign in with your address."))
        return redirect("account_login")
    response = render(request, "programs/first_chair.html", {"form": form})
    response.headers["Referrer-Policy"] = "strict-origin"
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@login_not_required
@require_safe
def poster(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one page to print and hang up, whose QR code leads to the program's page."""
    visible = Program.objects.visible_to(request.user)
    program = get_row_or_404(visible.select_related("policy"), slug=slug)
    context = {"program": program, "address": _address(program)}
    return render(request, "programs/poster.html", context)


@login_not_required
@require_safe
def poster_code(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the QR code of a program's page as SVG."""
    program = get_row_or_404(Program.objects.visible_to(request.user), slug=slug)
    picture = io.BytesIO()
    code = segno.make(_address(program), error="m", micro=False)
    code.save(picture, kind="svg", scale=MODULE, svgclass=None, lineclass=None, light="#fff")
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


def _address(program: Program) -> str:
    return absolute(reverse("programs:program-detail", args=[program.slug]))
