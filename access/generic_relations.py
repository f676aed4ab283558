"""Generic references: rows about a row of any table, used by e-mails and by state changes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    ExpressionWrapper,
    Model,
    QuerySet,
    Value,
    When,
)

from .scoping import ConfidentialQuerySet, is_one_of

NAMES_OF_TABLES = """
WITH RECURSIVE names(name) AS (
    SELECT min(about_type) FROM {table}
    UNION ALL
    SELECT (SELECT min(about_type) FROM {table} WHERE about_type > name)
    FROM names WHERE name IS NOT NULL
)
SELECT name FROM names WHERE name IS NOT NULL
"""


class GenericRelationQuerySet(ConfidentialQuerySet):
    """Rows with two columns: `about_type` names a table as "app.model", `about_id` a row of it."""

    def about(self, row: Model) -> Self:
        """Return the rows about `row`."""
        return self.filter(about_type=row._meta.label_lower, about_id=row.pk)

    def about_any(self, rows: QuerySet) -> Self:
        """Return the rows about any of `rows`."""
        return self.filter(about_type=rows.model._meta.label_lower, about_id__in=rows.values("pk"))

    def tables(self) -> set[str]:
        """Return the tables that the rows are about, as in `about_type`.

        Asked before a rule of many tables becomes part of a query about few rows.
        """
        names = self.scoped("names of tables").order_by().values_list("about_type", flat=True)
        return set(names.distinct())

    def tables_of_all(self) -> set[str]:
        """Return the tables that any row of the model is about, those of no one's rows included.

        As short a query for millions of rows as for ten: the index is asked for one name after the
        other. A rule of a table that no row is about need not become a part of a query.
        """
        table = connection.ops.quote_name(self.model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(NAMES_OF_TABLES.format(table=table))
            return {name for (name,) in cursor.fetchall()}

    def about_rows_for_committee(
        self, labels: Iterable[str], user: AbstractBaseUser | AnonymousUser, *roles: str
    ) -> Self:
        """Return the rows about what `user` may see as a committee member.

        `labels` names the tables to look at ("app.Model"). The `for_committee` rule of each table
        becomes a part of the query. It is asked for one row at a time, by its id, so that a page
        costs the same however long the tables are.
        """
        # A CASE, not an OR: PostgreSQL believes that an OR of such rules is true of hardly any row,
        # and then asks them of the whole table instead of the newest rows.
        rules = []
        for label in sorted({label.lower() for label in labels}):
            rows = getattr(apps.get_model(label)._default_manager.all(), "for_committee", None)
            if rows is not None:
                rule = is_one_of("about_id", rows(user, *roles))
                rules.append(When(about_type=label, then=ExpressionWrapper(rule, BooleanField())))
        found = Case(*rules, default=Value(False), output_field=BooleanField())
        return self.filter(found).scoped("about rows that the committee sees")
