"""The participant's home page: one thing to do now, or clearly nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import second_address
from notifications.bounces import bounce_of
from programs.committee import is_committee
from programs.models import Cohort

from . import alumni as alumni_page
from .next_step_text import next_step_text
from .progress import progress_steps, related_pages, waiting_for
from .status import ParticipantStatus, statuses_of


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    statuses = statuses_of(request.user, at=timezone.now())
    if not statuses:
        return welcome(request)
    chosen = request.GET.get("pair", "")
    status = next((one for one in statuses if one.key == chosen), statuses[0])
    context = {
        "status": status,
        "program": status.program,
        "step": next_step_text(status),
        "is_mine": status.step.is_mine,
        "path": progress_steps(status),
        "waiting_for": waiting_for(status),
        "pages": related_pages(status),
        "tabs": tabs(statuses, status),
        "bounce": bounce_of(request.user),
        "asks_second_address": second_address.is_to_ask(request.user),
    }
    return render(request, "dashboard/home.html", context)


def tabs(statuses: list[ParticipantStatus], chosen: ParticipantStatus) -> list[dict[str, object]]:
    """Return links between a person's roles and pairs; none for a single one."""
    if len(statuses) < 2:
        return []
    return [
        {
            "url": f"?pair={one.key}",
            "label": label(one),
            "is_here": one is chosen,
            "is_mine": one.step.is_mine,
        }
        for one in statuses
    ]


def label(status: ParticipantStatus) -> str:
    if status.partner:
        return _("You and %(name)s") % {"name": status.partner}
    role = status.application.get_role_display()
    return _("%(program)s, as %(role)s") % {"program": status.program, "role": role}


def welcome(request: HttpRequest) -> HttpResponse:
    """Show open programs to someone who has not applied.

    Redirect committee members, unless they come from the committee's pages and ask for their own.
    """
    if request.GET.get("as") != "participant" and is_committee(request.user):
        return redirect("admin:index")
    open_cohorts = Cohort.objects.taking_applications(timezone.localdate()).select_related(
        "program"
    )
    context = {"cohorts": open_cohorts, "bounce": bounce_of(request.user)}
    return render(request, "dashboard/welcome.html", context)


@require_safe
def alumni(request: HttpRequest) -> HttpResponse:
    """Show papers, hours and what next, once pairs of the person have ended."""
    context = {
        "pairs": alumni_page.ended_pairs(request.user),
        "hours": alumni_page.hours_by_year(request.user),
        "invite_programs": alumni_page.programs_to_invite_to(request.user),
        "mentor_programs": alumni_page.programs_to_mentor_in(request.user),
    }
    return render(request, "dashboard/alumni.html", context)
