"""Counting no further than anyone looks, and reading details only of what was found."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import QuerySet

Rows = TypeVar("Rows", bound=QuerySet)


def count_up_to(rows: QuerySet, limit: int) -> int:
    """Return how many `rows` there are, `limit` where there are that many or more."""
    return rows.order_by().values("pk")[:limit].count()


def found_in(rows: Rows) -> Rows:
    """Return `rows` by their ids, for queries that usually find nothing.

    The ids are read at once, from few tables. The many tables that a page of rows is joined with
    (`select_related`) are read only if there are any, and then for these rows alone.
    """
    ids = list(rows.order_by().values_list("pk", flat=True))
    return rows.model._default_manager.get_queryset().filter(pk__in=ids)
