"""Who moved what from where to where. The reasons stay with the row that they belong to."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from workflow.models import Transition
from workflow.states import stateful_models

from .about import AboutAdmin


@admin.register(Transition)
class TransitionAdmin(AboutAdmin):
    """Read-only. A row is seen by whoever in the committee may see the row that it is about."""

    empty_words = _("Nothing has changed its state yet.")
    list_display = ("at", "about", "from_state", "to_state", "by")
    list_display_links = None
    date_hierarchy = "at"
    list_select_related = ("by",)
    ordering = ("-at", "-pk")
    fields = list_display

    def seen(self, request: HttpRequest, rows: Any) -> QuerySet:
        labels = [model._meta.label for model in stateful_models()]
        return rows.about_what_committee_sees(labels, request.user)

    @admin.display(description=_("what"))
    def about(self, row: Transition) -> str:
        model = apps.get_model(row.about_type)
        return f"{model._meta.verbose_name} {row.about_id}"
