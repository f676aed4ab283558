"""Names for the array types that the engine passes around, and the two that every module builds."""

from __future__ import annotations

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


def answered(rows: NDArray[Any]) -> Bools:
    """Who marked anything in a many-column field (n, k)."""
    return np.asarray((rows != 0).any(axis=1), dtype=np.bool_)


def share_an_item(mine: Bools, theirs: Bools) -> Bools:
    """(n, m): do row a of `mine` (n, k) and row b of `theirs` (m, k) mark the same item?"""
    return np.asarray(mine.astype(np.float32) @ theirs.astype(np.float32).T > 0, dtype=np.bool_)


def classes(*columns: Ints) -> tuple[Ints, Ints]:
    """Rows that are equal in every column share a class.

    Comes in: columns of shape (n,) or (n, k). Goes out: one representative row per class (C, total k) and the
    class of each row (n,). The order of classes depends on the values alone.
    """
    rows = np.column_stack([c.astype(np.int64) for c in columns])
    if not rows.shape[1]:
        return rows[:1], np.zeros(len(rows), np.int64)
    _, first, inverse = np.unique(as_keys(rows), return_index=True, return_inverse=True)
    return rows[first], inverse


def as_keys(rows: NDArray[Any]) -> NDArray[np.void]:
    """Each row (n, k) as one opaque value that can be sorted and compared."""
    plain = np.ascontiguousarray(rows)
    return plain.view(np.dtype((np.void, plain.dtype.itemsize * plain.shape[1]))).reshape(-1)
