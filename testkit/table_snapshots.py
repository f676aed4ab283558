"""Compare whole databases table by table, in words that do not depend on ids.

A row is described by what its columns hold. In place of a foreign key stands the description of
the row that it leads to, and in place of an id in a generic relation likewise, so that two
databases are equal if they say the same about the same people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from django.apps import apps
from django.db import models

from access.ids import PublicIdField

Row = tuple[str, ...]
Snapshot = dict[str, Counter[Row]]

# What differs between two databases that say the same, each with the reason.
LEFT_OUT: dict[str, str] = {
    "id": "counts what was ever stored",
    "public_id": "drawn by chance",
    "created_at": "when the row was written",
    "date_joined": "when the account was made",
    "at": "when it happened",
    "submitted_at": "for an import, when it was imported",
    "committed_at": "for an import, when it was imported",
    "password": "an unusable one is drawn by chance",
}


class Describer:
    """Describes rows of all tables; `left_out` are columns that do not count."""

    def __init__(self, left_out: Collection[str]) -> None:
        self.left_out = left_out
        self.known: dict[tuple[str, Any], Row] = {}

    def row(self, row: models.Model) -> Row:
        key = (row._meta.label, row.pk)
        if key not in self.known:
            self.known[key] = ("…",)  # a row that leads to itself
            columns = [one for one in row._meta.concrete_fields if self._counts(one)]
            self.known[key] = tuple(f"{one.name}={self._value(row, one)}" for one in columns)
        return self.known[key]

    def _counts(self, column: models.Field) -> bool:
        return not isinstance(column, PublicIdField) and column.name not in self.left_out

    def _value(self, row: models.Model, column: models.Field) -> object:
        value = getattr(row, column.attname)
        if value is None:
            return None
        if column.remote_field:
            return self._described(column.related_model, value)
        if column.name == "about_id":
            return self._described(apps.get_model(row.about_type), value)  # type: ignore[attr-defined]
        return repr(value)

    def _described(self, model: Any, key: object) -> object:
        found = model._base_manager.filter(pk=key).first()
        return self.row(found) if found else "gone"


def snapshot(*, without: Collection[str] = (), exactly: bool = False) -> Snapshot:
    """Return {table: rows}, without the tables of the models whose labels are in `without`.

    exactly: with ids and moments, for the same database before and after something that must not
    change a thing.
    """
    describer = Describer(() if exactly else LEFT_OUT)
    found: Snapshot = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label in without or model._meta.proxy or not model._meta.managed:
            continue
        rows = model._base_manager.all()
        if exactly:
            found[model._meta.label] = Counter(
                tuple(map(repr, values)) for values in rows.values_list()
            )
        else:
            found[model._meta.label] = Counter(describer.row(row) for row in rows)
    return found


def differences(before: Snapshot, after: Snapshot) -> dict[str, tuple[list[Row], list[Row]]]:
    """Return {table: (rows only before, rows only after)} of the tables that differ."""
    return {
        table: (list((rows - after[table]).elements()), list((after[table] - rows).elements()))
        for table, rows in before.items()
        if rows != after[table]
    }
