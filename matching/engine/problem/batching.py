"""Scores of many pairs at once: every term and rule of a round folded into as few passes over memory as possible.

A closed pair is one that lost CLOSED points, so rules and points that depend on the same answers are one table, and
tables over few kinds of mentees are joined. The result is the same number as term by term.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from matching.engine.problem.arrays import Ints, Points, group_rows
from matching.engine.problem.constraints import ClassConstraint, HardConstraint, PairConstraint
from matching.engine.problem.custom_criteria import Part
from matching.engine.problem.hours import NoSharedTime, SharedHours
from matching.engine.problem.score_table import FORBIDDEN
from matching.engine.problem.score_terms import ClassTable, Linear, PairList, Term

PENALTY = 2**20
PAIRS_AT_A_TIME = 2**17
JOINED_SHARE, WIDE_SHARE = 8, 2


class BatchScorer:
    """All points and rules of a round, ready for tiles. `waiting` is added after the minimum was asked for."""

    def __init__(
        self,
        shape: tuple[int, int],
        parts: Iterable[Part],
        constraints: Iterable[HardConstraint],
        minimum: int,
    ) -> None:
        self.shape, self.minimum = shape, minimum
        everything, constraints = list(parts), list(constraints)
        terms = [t for p in everything if p.name != "waiting" for t in p.terms]
        self.waiting: list[Term] = [t for p in everything if p.name == "waiting" for t in p.terms]
        if not minimum:
            terms, self.waiting = terms + self.waiting, []
        self.a, self.b = _stacked(shape, [t for t in terms if isinstance(t, Linear)])
        self.tables, others = _tables(shape[0], terms, constraints)
        self.others = [
            *(t for t in others if not isinstance(t, PairList)),
            _pair_list(others, constraints),
        ]
        self.rules = [b for b in constraints if isinstance(b, NoSharedTime)]

    def batches(self, mentees: Ints, size: int | None = None) -> Iterator[Ints]:
        """These mentees, so many at a time (default: what stays in the cache), people on the same clock together."""
        hours = (t for t in self.others if isinstance(t, SharedHours))
        clock = next((t.clock for t in hours), np.zeros(self.shape[0], np.int64))[mentees]
        step = size or max(1, PAIRS_AT_A_TIME // max(1, self.shape[1]))
        for one in np.unique(clock).tolist():
            rows = mentees[clock == one]
            for lo in range(0, len(rows), step):
                yield rows[lo : lo + step]

    def scores(self, rows: Ints) -> Points:
        """Scores of these mentees (rows, M); -1 where closed or below the minimum."""
        points: Points = self.a[rows] @ self.b
        for table in self.tables:
            points += table.rows(rows)
        for term in self.others:
            term.add_to(points, rows)
        for rule in self.rules:
            allowed = np.ones(points.shape, np.bool_)
            rule.close(allowed, rows)
            points[~allowed] = FORBIDDEN * PENALTY
        if self.minimum:
            points[points < self.minimum] = FORBIDDEN * PENALTY
        for term in self.waiting:
            term.add_to(points, rows)
        return np.maximum(points, FORBIDDEN, out=points)


@dataclass(frozen=True, eq=False)
class _Wide:
    """points = table[kind[i], j]: a table with a column for every mentor, from which whole rows are taken."""

    kind: Ints
    table: Points

    def rows(self, mentees: Ints) -> Points:
        return self.table[self.kind[mentees]]


def _stacked(shape: tuple[int, int], terms: list[Linear]) -> tuple[Points, Points]:
    """The same points as one matrix product of (N, F) and (F, M)."""
    a, b = (
        [np.zeros((size, 0), np.float32), *(getattr(t, side) for t in terms)]
        for size, side in zip(shape, "ab", strict=True)
    )
    return np.hstack(a), np.vstack([side.T for side in b])


def _pair_list(terms: list[Term], constraints: list[HardConstraint]) -> PairList:
    """Points of single pairs, and the pairs that a rule closes, as one list."""
    forbidden_pairs = [
        pair for b in constraints if isinstance(b, PairConstraint) for pair in b.pairs
    ]
    i, j = np.array(forbidden_pairs, np.int64).reshape(-1, 2).T
    lists = [
        *(t for t in terms if isinstance(t, PairList)),
        PairList(i, j, np.full(len(i), -PENALTY)),
    ]
    return PairList(
        *(
            np.concatenate(column)
            for column in zip(*((t.i, t.j, t.points) for t in lists), strict=True)
        )
    )


def _tables(
    mentees: int, terms: list[Term], constraints: list[HardConstraint]
) -> tuple[list[_Wide], list[Term]]:
    """Tables over kinds of people, points and rules alike, added up, widened and joined, and the terms that are something
    else. A table with nearly as many kinds as mentees stays as it is."""
    tables = [t for t in terms if isinstance(t, ClassTable)]
    tables += [
        ClassTable(b.classes, b.violated * np.float32(-PENALTY))
        for b in constraints
        if isinstance(b, ClassConstraint)
    ]
    small, others = [], [t for t in terms if not isinstance(t, Linear | ClassTable)]
    for one in _added_up(tables):
        if len(one.table) * WIDE_SHARE <= mentees:
            small.append(_Wide(one.classes.mentee, one.table.take(one.classes.mentor, axis=1)))
        else:
            others.append(one)
    return _joined(small, mentees // JOINED_SHARE), others


def _added_up(tables: list[ClassTable]) -> list[ClassTable]:
    """The same points with one table for equal kinds."""
    distinct: list[ClassTable] = []
    for one in tables:
        for k, other in enumerate(distinct):
            if all(
                np.array_equal(getattr(one.classes, side), getattr(other.classes, side))
                for side in ("mentee", "mentor")
            ):
                distinct[k] = ClassTable(other.classes, other.table + one.table)
                break
        else:
            distinct.append(one)
    return distinct


def _joined(tables: list[_Wide], most: int) -> list[_Wide]:
    """The same points in fewer tables: small ones are joined to up to `most` kinds."""
    joined: list[_Wide] = []
    for one in sorted(tables, key=lambda t: len(t.table)):
        if joined and len(joined[-1].table) * len(one.table) <= most:
            last = joined.pop()
            rows, kind = group_rows(last.kind, one.kind)
            one = _Wide(kind, last.table[rows[:, 0]] + one.table[rows[:, 1]])
        joined.append(one)
    return joined
