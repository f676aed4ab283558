"""Base of pages for rows about a row of another table: who sees that row sees these."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from access.generic_relations import GenericRelationQuerySet
from programs.committee_admin import CommitteeAdmin


class GenericRelationAdmin(CommitteeAdmin):
    """Subclasses say in `visible_rows` what a member may see.

    For the page of one row the access rule of one table is asked, not those of all.
    """

    def visible_rows(
        self,
        request: HttpRequest,
        rows: GenericRelationQuerySet,
        about: Collection[str] | None = None,
    ) -> QuerySet:
        """Return those of `rows` that the member may see; `about`: the tables that they are about.

        Abstract: a subclass without a rule raises instead of showing everything.
        """
        raise NotImplementedError

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = self._rows()
        found = self.visible_rows(request, rows, rows.tables_of_all())
        return found.order_by(*self.get_ordering(request))

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Model | None:
        try:
            rows = self._rows().filter(pk=object_id)
            return self.visible_rows(request, rows, rows.tables()).first()
        except ValueError:  # an id that no row can have
            return None

    def _rows(self) -> GenericRelationQuerySet:
        return self.model._default_manager.get_queryset()
