"""The results of each cohort: where they are, and what became of each objective."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from programs.committee import Role, acting_member, has_role
from programs.models import Cohort, Membership, Objective

from ..models import Kind, Wave
from ..objective_forms import MeasureForm
from ..objective_results import objective_results
from ..result_exports import objective_sheet
from .result_pages import find_cohort, page_context, sheet_page

MOST_COHORTS = 20


@require_safe
def cohorts_view(request: HttpRequest) -> HttpResponse:
    """List the newest cohorts with the pages of their results."""
    cohorts = Cohort.objects.for_committee(request.user).select_related("program")
    newest = list(cohorts.order_by("-opens_on", "-pk")[:MOST_COHORTS])
    waves = Wave.objects.for_committee(request.user).filter(cohort__in=newest).order_by()
    last = waves.values_list("cohort", "kind").annotate(Max("month"), Max("pk"))
    trends: dict[int, list[tuple[str, int]]] = {}
    for cohort, kind, _month, wave in last:
        trends.setdefault(cohort, []).append((Kind(kind).label, wave))
    context = {"cohorts": [(cohort, sorted(trends.get(cohort.pk, []))) for cohort in newest]}
    return TemplateResponse(
        request,
        "admin/checkins/wave/cohorts.html",
        {**page_context(request, _("Results by cohort")), **context},
    )


@require_safe
def objectives_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Show each objective of the program with its measure, target and figure in a cohort."""
    cohort = find_cohort(request, pk)
    member = acting_member(request)
    context = {
        "cohort": cohort,
        "results": objective_results(cohort, member),
        "may_measure": has_role(member, cohort.program, Role.CHAIR),
    }
    title = _("Objectives in %(cohort)s") % {"cohort": cohort}
    template = "admin/checkins/wave/objectives.html"
    return TemplateResponse(request, template, {**page_context(request, title), **context})


def objectives_export_view(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Download what `objectives_view` shows."""
    cohort = find_cohort(request, pk)
    sheet = objective_sheet(objective_results(cohort, acting_member(request)), cohort)
    page = reverse("admin:checkins_wave_objectives", args=[cohort.pk])
    return sheet_page(request, sheet, cohort.program, page)


def measure_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how an objective is measured, and its target."""
    chaired = Membership.objects.program_ids(request.user, Role.CHAIR)
    rows = Objective.objects.visible_to(request.user).filter(program__in=chaired)
    objective = get_object_or_404(rows.select_related("program"), pk=pk)
    form = MeasureForm(request.POST or None, objective=objective)
    if request.method == "POST" and form.is_valid():
        form.save(by=acting_member(request))
        messages.success(request, _("Saved. Each cohort's page of objectives shows the figure."))
        return redirect("admin:checkins_wave_cohorts")
    context = {"form": form, "objective": objective}
    return TemplateResponse(
        request,
        "admin/checkins/wave/measure.html",
        {**page_context(request, _("How the objective is measured")), **context},
    )
