"""Rows that are about a row of some other table, like letters and recorded steps: two columns say about which."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from django.apps import apps
from django.db.models import Model, Q

from .scoping import GuardedQuerySet


class AboutQuerySet(GuardedQuerySet):
    """`about_type` names a table as "app.model", `about_id` a row of it."""

    def about(self, row: Model) -> Self:
        return self.filter(about_type=row._meta.label_lower, about_id=row.pk)

    def about_what_committee_sees(self, labels: Iterable[str], user: Any, *roles: str) -> Self:
        """Rows about those rows of the tables `labels` that `user` may look at as a committee member.

        The rule of each table becomes a part of the query. Tables that none of these rows is about are left out, so
        filter before: one row needs the rule of one table.
        """
        known = {label.lower() for label in labels}
        found = Q(pk__in=[])
        for label in sorted(known.intersection(self._tables())):
            rows = getattr(apps.get_model(label)._default_manager.all(), "for_committee", None)
            if rows is not None:
                found |= Q(about_type=label, about_id__in=rows(user, *roles).values("pk"))
        return self.filter(found).scoped("about rows that the committee sees")

    def _tables(self) -> Iterable[str]:
        named = self.scoped("names of tables only")
        return named.order_by().values_list("about_type", flat=True).distinct()
