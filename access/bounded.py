"""Counting no further than anyone looks, and reading details only of what was found."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import TypeVar, cast

from django.db.models import QuerySet

from .scoping import ConfidentialQuerySet

Rows = TypeVar("Rows", bound=QuerySet)


FEW = 200  # ids, which are read sooner than the database is asked how many there are


def count_up_to(rows: QuerySet, limit: int) -> int:
    """Return how many `rows` there are, `limit` where there are that many or more."""
    first = rows.order_by().values_list("pk", flat=True)[:limit]
    return len(first) if limit <= FEW else first.count()


def found_in(rows: Rows, details: Callable[[Rows], Rows]) -> Rows | list:
    """Return `rows` with `details`, for queries that usually find nothing.

    The ids are read at once, from few tables. The many tables that `details` joins
    (`select_related`) are read only if there are any, and then for these rows alone. Otherwise that
    query is not even made: writing it takes longer than reading nothing.
    """
    ids = list(rows.order_by().values_list("pk", flat=True))
    return details(by_ids(rows, ids)) if ids else []


def narrowed(rows: Rows, limit: int) -> Rows:
    """Return `rows` by their ids if there are at most `limit`, in the same order.

    For conditions that may leave few of very many rows. They are looked for without an order:
    asked for the first ones, the database may read a whole table in the order of an index.
    """
    ids = list(rows.order_by().values_list("pk", flat=True)[: limit + 1])
    return rows if len(ids) > limit else by_ids(rows, ids).order_by(*rows.query.order_by)


def by_ids(rows: Rows, ids: Collection[int]) -> Rows:
    """Return the rows with `ids`, which were found among `rows`: who may see them was asked then.

    Without the annotations and conditions of `rows`.
    """
    return _table_of(rows, "found by ids").filter(pk__in=ids)


def ends_of(rows: QuerySet, column: str) -> tuple[date | None, date | None]:
    """Return the first and the last date or moment in a column of the whole table, by its index.

    They may be of rows that no one in the program sees; such a date tells nothing about anyone.
    """
    known = _table_of(rows, "the ends of a column").exclude(**{column: None})
    dates = known.values_list(column, flat=True)
    return dates.order_by(column).first(), dates.order_by(f"-{column}").first()


def _table_of(rows: Rows, why: str) -> Rows:
    table = rows.model._default_manager.get_queryset()
    is_confidential = isinstance(table, ConfidentialQuerySet)
    return cast(Rows, table.scoped(why) if is_confidential else table)
