"""Cohorts: their list, the page of one with its dates, and the next one as a copy."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import ForeignKey
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from ..cohort_copies import DAYS, next_cohort
from ..cohort_overviews import committee_overview
from ..committee import Role, acting_member
from ..committee_admin import CommitteeAdmin
from ..models import Cohort, Program

COPY = "copy"  # in the address that adds a cohort: the id of the one to begin with


@admin.register(Cohort)
class CohortAdmin(CommitteeAdmin):
    add_title = gettext_lazy("Add a cohort")
    empty_words = gettext_lazy(
        "There are no cohorts yet. A cohort has the dates when applications open and close "
        "and when its pairs start."
    )
    add_roles = change_roles = (Role.CHAIR,)
    list_display = (
        "name",
        "program",
        "opens_on",
        "closes_on",
        "matching_on",
        "starts_on",
        "ends_on",
    )
    list_select_related = ("program",)
    search_fields = ("name",)
    ordering = ("-opens_on",)
    prepopulated_fields = {"slug": ("name",)}
    row_relations = ("program__policy",)
    change_form_template = "admin/programs/cohort/change_form.html"

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, object],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Cohort | None = None,
    ) -> HttpResponse:
        """Show where the cohort stands; not above a form that has something to correct."""
        if obj is not None and not context.get("errors"):
            context["overview"] = committee_overview(obj, acting_member(request), timezone.now())
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: models.Model | None = None
    ) -> dict[str, Any]:
        return {} if obj or COPY in request.GET else self.prepopulated_fields

    def get_changeform_initial_data(  # type: ignore[override]  # texts, rows and days
        self, request: HttpRequest
    ) -> dict[str, object]:
        """Begin with the days of an earlier cohort, moved, if the page was asked to copy one."""
        asked = request.GET.get(COPY, "")
        rows = Cohort.objects.for_committee(request.user, Role.CHAIR).select_related("program")
        copied = rows.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None
        if copied is None:
            return {**super().get_changeform_initial_data(request)}
        made = next_cohort(copied)
        return {name: getattr(made, name) for name in ("program", "name", "slug", *DAYS)}

    def formfield_for_foreignkey(
        self, db_field: ForeignKey, request: HttpRequest, **kwargs: object
    ) -> ModelChoiceField | None:
        if db_field.name == "program":
            kwargs["queryset"] = Program.objects.for_committee(request.user, Role.CHAIR)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
