"""The history of state changes. Reasons are shown on the page of the row they belong to."""

from __future__ import annotations

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from access.generic_relations import GenericRelationQuerySet
from workflow.models import Transition
from workflow.states import stateful_models

from .generic_relations import GenericRelationAdmin


@admin.register(Transition)
class TransitionAdmin(GenericRelationAdmin):
    """Read-only. A member sees the changes of the rows that they may see."""

    empty_words = _("No state changes yet.")
    list_display = ("at", "about", "from_state", "to_state", "by")
    list_display_links = None
    date_hierarchy = "at"
    sortable_by = ("at",)
    list_select_related = ("by",)
    ordering = ("-at", "-pk")
    fields = list_display

    def visible_rows(self, request: HttpRequest, rows: GenericRelationQuerySet) -> QuerySet:
        labels = [model._meta.label for model in stateful_models()]
        return rows.about_rows_for_committee(labels, request.user)

    @admin.display(description=_("what"))
    def about(self, row: Transition) -> str:
        model = apps.get_model(row.about_type)
        return f"{model._meta.verbose_name} {row.about_id}"
