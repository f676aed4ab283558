"""Checks of people, on the page of an application and as a filter of the list."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programs.committee import acting_member, holds, roles_held

from .. import screening
from ..forms.screening import ScreeningForm
from ..models import Application, ScreeningCheck


def checks_of(request: HttpRequest, application: Application) -> dict[str, object]:
    """Return the checks that the member may read, what is needed, and the form of a chair."""
    member = acting_member(request)
    may_record = holds(request, application.program, *screening.RECORDERS)
    rows = ScreeningCheck.objects.for_committee(member).filter(
        program=application.program, person=application.person_id
    )
    checks = list(rows.select_related("by"))
    return {
        "checks": checks,
        "checks_needed": screening.state_of(application) if may_record or checks else [],
        "may_record_checks": may_record,
        "screening_form": ScreeningForm() if may_record else None,
    }


def record(request: HttpRequest, application: Application, form: ScreeningForm) -> HttpResponse:
    form.save(application, by=acting_member(request))
    messages.success(request, _("The check was recorded."))
    return _to_page(application.pk)


def remove_view(request: HttpRequest, pk: int, check: int) -> HttpResponse:
    """Delete a check that was recorded by mistake."""
    rows = ScreeningCheck.objects.for_committee(acting_member(request))
    row = get_object_or_404(rows.select_related("program"), pk=check)
    screening.remove(row, by=acting_member(request))
    messages.success(request, _("The check was removed."))
    return _to_page(pk)


def _to_page(pk: int) -> HttpResponse:
    return redirect("admin:applications_application_change", pk)


class ScreeningFilter(admin.SimpleListFilter):
    """Accepted people who lack a check; for chairs, who alone read about checks."""

    title = gettext_lazy("checks")
    parameter_name = "checks"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        if roles_held(request).isdisjoint(screening.RECORDERS):
            return []
        return [
            ("missing", _("Accepted, a check is missing or has ended")),
            ("in-pair", _("In a pair, a check is missing or has ended")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() not in ("missing", "in-pair"):
            return queryset
        rows = screening.without_checks(acting_member(request), queryset)
        return screening.in_open_pairs(rows) if self.value() == "in-pair" else rows
