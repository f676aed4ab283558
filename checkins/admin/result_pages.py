"""Trends of a survey, change between surveys, and the same figures as files."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from programs.committee import acting_member
from programs.committee_admin.list_exports import ExportForm, download, record_export
from programs.models import Cohort, Program
from programs.spreadsheets import Sheet

from ..change_readers import changes_shown
from ..models import Wave
from ..result_exports import change_sheet, theme_sheet, trend_sheet
from ..result_readers import ResultReader
from ..result_trends import trends
from ..suppression import ROUND_TO
from ..theme_results import theme_rows


def _wave(request: HttpRequest, pk: int) -> Wave:
    rows = Wave.objects.for_committee(request.user).select_related("cohort__program")
    return get_object_or_404(rows, pk=pk)


def page_context(request: HttpRequest, title: str) -> dict[str, object]:
    """Return what every page of results shows."""
    return {**admin.site.each_context(request), "opts": Wave._meta, "title": title}


@require_safe
def trend_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how the figures of a survey went, up to the month of this wave."""
    wave = _wave(request, pk)
    title = _("%(survey)s, month by month") % {"survey": wave}
    context = {
        "wave": wave,
        "found": trends(wave, acting_member(request)),
        "round_to": ROUND_TO,
    }
    template = "admin/checkins/wave/trend.html"
    return TemplateResponse(request, template, {**page_context(request, title), **context})


def trend_export_view(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Download what `trend_view` shows."""
    wave = _wave(request, pk)
    sheet = trend_sheet(trends(wave, acting_member(request)), wave)
    page = reverse("admin:checkins_wave_trend", args=[wave.pk])
    return sheet_page(request, sheet, wave.cohort.program, page)


def themes_export_view(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Download the counts of themes that the page of the result shows."""
    wave = _wave(request, pk)
    rows = theme_rows(ResultReader.of(wave, acting_member(request)))
    page = reverse("admin:checkins_wave_change", args=[wave.pk])
    return sheet_page(request, theme_sheet(rows, wave), wave.cohort.program, page)


@require_safe
def before_after_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the change between surveys of a cohort, for people who answered both."""
    cohort = find_cohort(request, pk)
    found = changes_shown(cohort, acting_member(request))
    context = {"cohort": cohort, "found": list(found.items())}
    title = _("Change in %(cohort)s") % {"cohort": cohort}
    template = "admin/checkins/wave/before_after.html"
    return TemplateResponse(request, template, {**page_context(request, title), **context})


def before_after_export_view(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Download what `before_after_view` shows."""
    cohort = find_cohort(request, pk)
    sheet = change_sheet(changes_shown(cohort, acting_member(request)), cohort)
    page = reverse("admin:checkins_wave_before-after", args=[cohort.pk])
    return sheet_page(request, sheet, cohort.program, page)


def find_cohort(request: HttpRequest, pk: int) -> Cohort:
    """Return a cohort of a program of the member; raises Http404 for any other."""
    rows = Cohort.objects.for_committee(request.user).select_related("program")
    return get_object_or_404(rows, pk=pk)


def sheet_page(
    request: HttpRequest, sheet: Sheet, program: Program, page_url: str
) -> HttpResponseBase:
    """Offer the sheet as a file; `page_url` is the page with the same figures."""
    rows = list(sheet.rows)
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        kind = form.cleaned_data["format"]
        record_export(request, program, Wave._meta.label, len(rows), kind)
        return download(sheet, kind, slugify(sheet.title) or "results")
    context = {
        "form": form,
        "count": len(rows),
        "list_name": sheet.title,
        "list_url": page_url,
        "note": _("Figures that the page hides from you are hidden in the file."),
    }
    return TemplateResponse(
        request, "admin/export.html", {**page_context(request, _("Export")), **context}
    )
