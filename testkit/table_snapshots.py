"""Compare whole databases table by table, in words that do not depend on ids.

A row is described by what its columns hold. In place of a foreign key stands the description of
the row that it leads to, and in place of an id in a generic relation likewise, so that two
databases are equal if they say the same about the same people. Of a moment only counts that there
is one.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from datetime import datetime
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
    "password": "an unusable one is drawn by chance",
}
ENTRIES = ("topics", "experiences")  # in JSON: [[id, weight or depth], ...]


class Describer:
    """Describes rows of all tables; `left_out` are columns that do not count."""

    def __init__(self, left_out: Collection[str], without: Collection[str]) -> None:
        self.left_out, self.without = left_out, without
        self.entries = {
            name: {row.pk: row.code for row in apps.get_model("programs", model).objects.all()}
            for name, model in zip(ENTRIES, ("Topic", "Experience"), strict=True)
        }
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
        if isinstance(value, datetime):
            return "a moment"
        if column.remote_field:
            return self._described(column.related_model, value)
        if column.name == "about_id":
            return self._described(apps.get_model(row.about_type), value)  # type: ignore[attr-defined]  # such rows have it
        if column.name in ("written_json", "changes_json") and value:
            return repr(self._with_codes(json.loads(value)))
        return _in_words(value)

    def _with_codes(self, value: Any) -> Any:
        """Return imported answers with the codes of topics and experiences in place of ids."""
        if isinstance(value, dict):
            return {
                name: self._coded(one, self.entries[name])
                if name in ENTRIES
                else self._with_codes(one)
                for name, one in value.items()
            }
        return value

    def _coded(self, value: Any, codes: dict[int, str]) -> Any:
        if isinstance(value, list) and len(value) == 2 and isinstance(value[0], int):
            return [codes[value[0]], value[1]]
        return sorted(map(repr, (self._coded(one, codes) for one in value)))

    def _described(self, model: Any, key: object) -> object:
        if model._meta.label in self.without:
            return "left out"
        found = model._base_manager.filter(pk=key).first()
        return self.row(found) if found else "gone"


def _in_words(value: object) -> str:
    """Return `value` in words; PostgreSQL gives bytes as a view that is another at each read."""
    return repr(bytes(value) if isinstance(value, memoryview) else value)


def snapshot(*, without: Collection[str] = (), exactly: bool = False) -> Snapshot:
    """Return {table: rows}, without the tables of the models whose labels are in `without`.

    exactly: with ids and moments, for the same database before and after something that must not
    change a thing.
    """
    describer = Describer(LEFT_OUT, without)
    found: Snapshot = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label in without or model._meta.proxy or not model._meta.managed:
            continue
        rows = model._base_manager.all()
        if exactly:
            found[model._meta.label] = Counter(
                tuple(map(_in_words, values)) for values in rows.values_list()
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
