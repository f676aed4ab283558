"""Names for the array types that the engine passes around, and the two that every module builds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.integer[Any]]
Floats = NDArray[np.float64]
Points = NDArray[np.float32]
Bools = NDArray[np.bool_]
Texts = NDArray[np.str_]

INF = float("inf")


def whole_numbers(values: ArrayLike, name: str) -> Ints:
    """`values` as an integer array; ValueError naming `name` when they are anything else."""
    array = np.asarray(values)
    if array.size == 0 and not np.issubdtype(array.dtype, np.integer):
        return array.astype(np.int64)
    if not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"{name} must be whole numbers, not {array.dtype}")
    return array


def compact(values: Ints) -> Ints:
    """The same numbers in the smallest signed type that holds them all, which depends on the numbers alone."""
    low, high = int(values.min(initial=0)), int(values.max(initial=0))
    fits = (
        t
        for t in (np.int8, np.int16, np.int32)
        if np.iinfo(t).min <= low and high <= np.iinfo(t).max
    )
    return values.astype(next(fits, np.int64), copy=False)


def answered(rows: NDArray[Any]) -> Bools:
    """Who marked anything in a many-column field (n, k)."""
    return np.asarray((rows != 0).any(axis=1), dtype=np.bool_)


def share_an_item(mine: Bools, theirs: Bools) -> Bools:
    """(n, m): do row a of `mine` (n, k) and row b of `theirs` (m, k) mark the same item?"""
    return np.asarray(mine.astype(np.float32) @ theirs.astype(np.float32).T > 0, dtype=np.bool_)


def group_rows(*columns: Ints | Bools) -> tuple[Ints, Ints]:
    """Rows that are equal in every column share a class.

    Comes in: columns of shape (n,) or (n, k). Goes out: one representative row per class (C, total k) and the
    class of each row (n,). The order of classes depends on the values alone.
    """
    rows = np.column_stack([c.astype(np.int64) for c in columns])
    if not rows.shape[1]:
        return rows[:1], np.zeros(len(rows), np.int64)
    _, first, inverse = np.unique(_keys(rows), return_index=True, return_inverse=True)
    return rows[first], inverse


@dataclass(frozen=True, eq=False)
class Classes:
    """People who gave equal answers, taken together: what kind of mentee and of mentor everybody is, so that a criterion
    is a small table over kinds. mine (C, k) and theirs (K, k) are the answers, mentee (N,) and mentor (M,) the kinds."""

    mine: Ints
    theirs: Ints
    mentee: Ints
    mentor: Ints


Answers = Ints | Bools | tuple[Ints, ...]


def classes_of(mine: Answers, theirs: Answers) -> Classes:
    """Kinds of mentees and of mentors by one answer or by several."""
    (rows, mentee), (others, mentor) = (
        group_rows(*c) if isinstance(c, tuple) else group_rows(c) for c in (mine, theirs)
    )
    return Classes(rows, others, mentee, mentor)


def _keys(rows: Ints) -> NDArray[Any]:
    """One sortable value per row: a whole number where the values are small enough, because that sorts faster."""
    low, columns = int(rows.min(initial=0)), rows.shape[1]
    span = int(rows.max(initial=0)) - low + 1
    if span**columns >= 2**62:
        return (
            np.ascontiguousarray(rows)
            .view(np.dtype((np.void, rows.itemsize * columns)))
            .reshape(-1)
        )
    keys: Ints = (rows - low) @ span ** np.arange(columns)
    return keys
