"""Generic references: rows about a row of any table, used by e-mails and by state changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Model, Q, QuerySet

from .scoping import ConfidentialQuerySet


class GenericRelationQuerySet(ConfidentialQuerySet):
    """Rows with two columns: `about_type` names a table as "app.model", `about_id` a row of it."""

    def about(self, row: Model) -> Self:
        """Return the rows about `row`."""
        return self.filter(about_type=row._meta.label_lower, about_id=row.pk)

    def about_any(self, rows: QuerySet) -> Self:
        """Return the rows about any of `rows`."""
        return self.filter(about_type=rows.model._meta.label_lower, about_id__in=rows.values("pk"))

    def about_rows_for_committee(
        self, labels: Iterable[str], user: AbstractBaseUser | AnonymousUser, *roles: str
    ) -> Self:
        """Return the rows about what `user` may see as a committee member.

        `labels` names the tables to look at ("app.Model"). The `for_committee` rule of each table
        becomes a part of the query. Tables that none of these rows is about are left out, which
        costs one small query: filter first, so that one row needs the rule of one table.
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
