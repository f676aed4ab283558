"""Base of the pages of rows that are about a row of any other table: whoever sees that one sees these."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from access.generic_relations import AboutQuerySet
from programs.committee_admin import CommitteeAdmin


class AboutAdmin(CommitteeAdmin):
    """Subclasses narrow `rows` to what the member may see. It is asked about one row where one is looked for, so that
    the rule of one table is asked and not those of all."""

    def seen(self, request: HttpRequest, rows: Any) -> QuerySet:
        """Those of `rows` that the member may see. Abstract: a subclass that forgot its rule shows an error, and no row."""
        raise NotImplementedError

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return self.seen(request, self._rows()).order_by(*self.ordering)

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        try:
            return self.seen(request, self._rows().filter(pk=object_id)).first()
        except ValueError:  # an address that somebody made up
            return None

    def _rows(self) -> AboutQuerySet:
        return self.model._default_manager.get_queryset()
