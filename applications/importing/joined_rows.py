"""Join the rows of a person: some tools write one row per answer, with its rank.

Answers to lists are put together, the best rank first. What has one answer is the same in all rows
or empty; anything else is reported, so that nothing is lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import Field, replace
from typing import ClassVar, Protocol, TypeVar

from .parsers import Value


class Row(Protocol):
    """What `records.Record` has, which imports this module."""

    __dataclass_fields__: ClassVar[dict[str, Field[object]]]
    row: int
    role: str
    rank: int
    values: dict[str, Value | None]
    lists: dict[str, list[str]]
    attributes: dict[str, list[str]]

    @property
    def identity(self) -> str: ...


R = TypeVar("R", bound=Row)
LAST = 10_000  # the rank of a row without one
Difference = tuple[int, str, int]  # row, field, the earlier row that says something else


def join_rows(records: Iterable[R]) -> tuple[list[R], list[Difference]]:
    """Return one record per person and role, in the order of their first rows."""
    groups: dict[tuple[str, str], list[R]] = defaultdict(list)
    for record in records:
        groups[record.role, record.identity].append(record)
    differences: list[Difference] = []
    joined = []
    for rows in groups.values():
        values, found = _joined_values(rows)
        differences += found
        ranked = sorted(rows, key=lambda row: row.rank or LAST)
        joined.append(
            replace(
                rows[0],
                values=values,
                lists=_joined_lists([row.lists for row in ranked]),
                attributes=_joined_lists([row.attributes for row in ranked]),
                weights=_weights(ranked),
            )
        )
    return joined, differences


def _joined_values(rows: Sequence[Row]) -> tuple[dict[str, Value | None], list[Difference]]:
    values, first, differences = dict(rows[0].values), rows[0].row, []
    for row in rows[1:]:
        for name, value in row.values.items():
            if values.get(name) is None:
                values[name] = value
            elif value is not None and value != values[name]:
                differences.append((row.row, name, first))
    return values, differences


def _joined_lists(several: list[dict[str, list[str]]]) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = {}
    for lists in several:
        for name, answers in lists.items():
            found.setdefault(name, {}).update(dict.fromkeys(answers))
    return {name: [*answers] for name, answers in found.items()}


def _weights(rows: Sequence[Row]) -> dict[str, int]:
    """Return {word: weight} of ranked topics: the first counts most, from the third on least."""
    found: dict[str, int] = {}
    for row in rows:
        if row.rank:
            for word in row.lists.get("topics", []):
                found.setdefault(word, max(4 - row.rank, 1))
    return found
