"""Array types of the engine, and the array operations that several modules share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Any: integers of every width; numpy's own way to write "some bit width"
Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]
Points = NDArray[np.float32]
Bools = NDArray[np.bool_]
Texts = NDArray[np.str_]
Keys = NDArray[np.generic]

INF = float("inf")
MAX_KEY = 2**62


def whole_numbers(values: ArrayLike, name: str) -> Ints:
    """Return `values` as an integer array. Raises ValueError, naming `name`, for other numbers."""
    array = np.asarray(values)
    if array.size == 0 and not np.issubdtype(array.dtype, np.integer):
        return array.astype(np.int64)
    if not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"{name} must be whole numbers, not {array.dtype}")
    return array


def compact(values: Ints) -> Ints:
    """Return the same numbers in the smallest signed type that holds them.

    The type depends on the numbers alone, so equal numbers have equal bytes.
    """
    low, high = int(values.min(initial=0)), int(values.max(initial=0))
    fitting = (
        t
        for t in (np.int8, np.int16, np.int32)
        if np.iinfo(t).min <= low and high <= np.iinfo(t).max
    )
    return values.astype(next(fitting, np.int64), copy=False)


def answered(rows: Ints | Bools) -> Bools:
    """Return (n,): which people marked anything in a multiple-choice field (n, k)."""
    return np.asarray((rows != 0).any(axis=1), dtype=np.bool_)


def share_an_item(mine: Bools, theirs: Bools) -> Bools:
    """Return (n, m): whether row a of `mine` (n, k) and row b of `theirs` (m, k) share an item."""
    return np.asarray(mine.astype(np.float32) @ theirs.astype(np.float32).T > 0, dtype=np.bool_)


def group_rows(*columns: Ints | Bools) -> tuple[Ints, Ints]:
    """Group rows that are equal in every column.

    columns: arrays of shape (n,) or (n, k). Returns one row per group, (C, total k), and the
    group of each row, (n,). The order of the groups depends on the values alone.
    """
    rows = np.column_stack([c.astype(np.int64) for c in columns])
    if not rows.shape[1]:
        return rows[:1], np.zeros(len(rows), np.int64)
    _, first, inverse = np.unique(_keys(rows), return_index=True, return_inverse=True)
    return rows[first], inverse


@dataclass(frozen=True, eq=False)
class Classes:
    """Mentees and mentors grouped by equal answers, so that a criterion is a small (C, K) table.

    mentee_answers (C, k), mentor_answers (K, k)   the answers of each class
    mentee (N,), mentor (M,)                       the class of each person
    """

    mentee_answers: Ints
    mentor_answers: Ints
    mentee: Ints
    mentor: Ints


Answers = Ints | Bools | tuple[Ints, ...]


def classes_of(mine: Answers, theirs: Answers) -> Classes:
    """Group mentees by `mine` and mentors by `theirs`, each one field or a tuple of fields."""
    (mentee_answers, mentee), (mentor_answers, mentor) = (
        group_rows(*fields) if isinstance(fields, tuple) else group_rows(fields)
        for fields in (mine, theirs)
    )
    return Classes(mentee_answers, mentor_answers, mentee, mentor)


def _keys(rows: Ints) -> Keys:
    """One sortable value per row: a whole number where it fits, because that sorts faster."""
    low, columns = int(rows.min(initial=0)), rows.shape[1]
    span = int(rows.max(initial=0)) - low + 1
    if span**columns >= MAX_KEY:
        row_type = np.dtype((np.void, rows.itemsize * columns))
        return np.ascontiguousarray(rows).view(row_type).reshape(-1)
    keys: Ints = (rows - low) @ span ** np.arange(columns)
    return keys
