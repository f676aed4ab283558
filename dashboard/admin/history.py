"""The history of state changes. Reasons are shown on the page of the row they belong to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import cast

from django.apps import apps
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from access.generic_relations import GenericRelationQuerySet
from notifications.models import Notification
from programs.committee_admin import CommitteeList, RowName, name_rows, state_name
from workflow.models import Transition
from workflow.states import stateful_models

from .generic_relations import GenericRelationAdmin

# Changes of e-mails are in their own columns (`Notification.acted_by`, `reason`), and the rule of
# the outbox is that of every other table once more.
KEEP_THEIR_OWN = {Notification._meta.label_lower}


class TransitionList(CommitteeList):
    """Name the rows of a page of the list together, by the pages that show them."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.result_list = list(self.result_list)  # type: ignore[assignment]  # read, not queried
        name_them(request, cast(list[Transition], self.result_list))


def name_them(request: HttpRequest, rows: Sequence[Transition]) -> None:
    """Set `row_name` of each transition, in one query for each table."""
    names = name_rows(request, admin.site, [(row.about_type, row.about_id) for row in rows])
    for row in rows:
        row.row_name = names[row.about_type, row.about_id]  # type: ignore[attr-defined]  # read by the list


@admin.register(Transition)
class TransitionAdmin(GenericRelationAdmin):
    """Read-only. A member sees the changes of the rows that they may see."""

    empty_words = _("No state changes yet.")
    list_display = ("at", "about", "was", "became", "by")
    list_display_links = None
    date_hierarchy = "at"
    sortable_by = ("at",)
    list_select_related = ("by",)
    ordering = ("-at", "-pk")
    fields = list_display

    def visible_rows(
        self,
        request: HttpRequest,
        rows: GenericRelationQuerySet,
        about: Collection[str] | None = None,
    ) -> QuerySet:
        tables = {model._meta.label_lower for model in stateful_models()} - KEEP_THEIR_OWN
        if about is not None:
            tables.intersection_update(about)
        return rows.about_rows_for_committee(tables, request.user)

    def get_changelist(self, request: HttpRequest, **kwargs: object) -> type[CommitteeList]:
        return TransitionList

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Model | None:
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            name_them(request, [cast(Transition, row)])
        return row

    def row_title(self, row: Model) -> str:
        return str(row.row_name)  # type: ignore[attr-defined]  # set by `name_them`

    @admin.display(description=_("what"))
    def about(self, row: Transition) -> RowName:
        return row.row_name  # type: ignore[attr-defined]  # set by `name_them`

    @admin.display(description=_("from state"))
    def was(self, row: Transition) -> str:
        return state_name(apps.get_model(row.about_type), row.from_state)

    @admin.display(description=_("to state"))
    def became(self, row: Transition) -> str:
        return state_name(apps.get_model(row.about_type), row.to_state)
