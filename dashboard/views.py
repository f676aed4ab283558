"""A person's home: one thing to do now, or plainly nothing."""

from __future__ import annotations

from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from programs.committee import is_committee
from programs.models import Cohort

from .next_step_text import words_for
from .progress import pages_of, path_of, waiting_for
from .status import Situation, situations_of


@require_safe
def home(request: HttpRequest):
    situations = situations_of(request.user, at=timezone.now())
    if not situations:
        return nobody_yet(request)
    chosen = request.GET.get("pair", "")
    situation = next((one for one in situations if one.key == chosen), situations[0])
    context = {
        "situation": situation,
        "program": situation.program,
        "step": words_for(situation),
        "is_mine": situation.step.is_mine,
        "path": path_of(situation),
        "waiting_for": waiting_for(situation),
        "pages": pages_of(situation),
        "tabs": tabs(situations, situation),
    }
    return render(request, "dashboard/home.html", context)


def tabs(situations: list[Situation], chosen: Situation) -> list[dict[str, object]]:
    """Links between one's roles and pairs; none for the many who have one."""
    if len(situations) < 2:
        return []
    return [
        {"key": one.key, "label": label(one), "is_here": one is chosen, "is_mine": one.step.is_mine}
        for one in situations
    ]


def label(situation: Situation) -> str:
    if situation.partner:
        return _("You and %(name)s") % {"name": situation.partner}
    role = situation.application.get_role_display()
    return _("%(program)s, as %(role)s") % {"program": situation.program, "role": role}


def nobody_yet(request: HttpRequest):
    """Somebody who has not applied: the doors that are open; a committee member goes to the committee's door."""
    if is_committee(request.user):
        return redirect("admin:index")
    open_cohorts = Cohort.objects.taking_applications(timezone.localdate()).select_related(
        "program"
    )
    return render(request, "dashboard/welcome.html", {"cohorts": open_cohorts})
