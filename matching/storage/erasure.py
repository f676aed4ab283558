"""Take the answers of some people out of a stored pool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np

from ..engine import Pool, Side

UNKNOWN_IS_MINUS_ONE = {"employer", "place", "years", "rhythm"}  # elsewhere 0 means "unknown"
KEYS = {"ids", "person"}  # row numbers, see `pool_data`


def without_answers(pool: Pool, mentees: Sequence[int], mentors: Sequence[int]) -> Pool:
    """Return the pool with nothing known about these rows: no answers, wishes or rules by name."""
    gone_mentees = {str(pool.mentees.ids[row]) for row in mentees}
    gone_mentors = {str(pool.mentors.ids[row]) for row in mentors}

    def are_left(mentee: str, mentor: str) -> bool:
        return mentee not in gone_mentees and mentor not in gone_mentors

    return Pool(
        _emptied(pool.mentees, mentees),
        _emptied(pool.mentors, mentors),
        capacity=pool.capacity,
        travel=pool.travel,
        pairs={code: [p for p in pairs if are_left(*p)] for code, pairs in pool.pairs.items()},
        mentee_wishes=[wish for wish in pool.mentee_wishes if are_left(*wish[:2])],
        mentor_wishes=[wish for wish in pool.mentor_wishes if are_left(*wish[:2])],
    )


def _emptied(side: Side, rows: Sequence[int]) -> Side:
    changes: dict[str, np.ndarray] = {}
    for field in fields(side):
        value = getattr(side, field.name)
        if field.name not in KEYS and isinstance(value, np.ndarray):
            changes[field.name] = _blank(value, rows, field.name in UNKNOWN_IS_MINUS_ONE)
    columns = {
        name: _blank(column, rows, column.ndim == 1) for name, column in side.columns.items()
    }
    return replace(side, columns=columns, **changes)


def _blank(array: np.ndarray, rows: Sequence[int], is_minus_one: bool) -> np.ndarray:
    copy = array.copy()
    copy[list(rows)] = -1 if is_minus_one else 0
    return copy
