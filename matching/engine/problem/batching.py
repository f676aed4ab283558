"""Scores of many pairs at once: all terms and rules of a round in few passes over memory.

A forbidden pair loses PENALTY points, so that rules and points which depend on the same answers are
one table, and tables over few classes of mentees are joined. The result is the same number as term
by term. The mentees are scored in batches that fit in the processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from matching.engine.problem.arrays import Ints, Points, group_rows
from matching.engine.problem.constraints import ClassConstraint, HardConstraint, PairConstraint
from matching.engine.problem.hours import NoSharedTime, SharedHours
from matching.engine.problem.matters_most import MattersMost
from matching.engine.problem.score_table import FORBIDDEN
from matching.engine.problem.score_terms import ClassTable, Linear, PairList, ScorePart, Term

PENALTY = 2**20  # more points than a pair can have; sums with it are still exact in float32
PAIRS_PER_BATCH = 2**17
# Tables are joined to at most one class for so many mentees, and widened up to one for so many.
JOINED_SHARE, WIDE_SHARE = 8, 2


class BatchScorer:
    """All points and rules of a round, arranged for scoring in batches.

    shape: (N, M). minimum: fit below which a pair is forbidden. The fit is the score without the
    points for waiting: with a minimum, or where people marked what matters most to them, these are
    added last.
    """

    def __init__(
        self,
        shape: tuple[int, int],
        parts: Iterable[ScorePart],
        constraints: Iterable[HardConstraint],
        minimum: int,
        matters_most: MattersMost | None = None,
    ) -> None:
        self.shape, self.minimum, self.matters_most = shape, minimum, matters_most
        all_parts, rules = list(parts), list(constraints)
        terms = [t for part in all_parts if part.name != "waiting" for t in part.terms]
        waiting = [t for part in all_parts if part.name == "waiting" for t in part.terms]
        is_apart = bool(minimum) or matters_most is not None
        self.waiting: list[Term] = waiting if is_apart else []
        if not is_apart:
            terms += waiting
        self.a, self.b = _stacked(shape, [t for t in terms if isinstance(t, Linear)])
        self.tables, others = _tables(shape[0], terms, rules)
        self.others: list[Term] = [t for t in others if not isinstance(t, PairList)]
        self.others.append(_pair_list(others, rules))
        self.time_rules = [rule for rule in rules if isinstance(rule, NoSharedTime)]

    def batches(self, mentees: Ints, size: int | None = None) -> Iterator[Ints]:
        """Yield these mentees in batches; those with the same UTC offsets stay together.

        size: mentees per batch (default: what fits in the cache).
        """
        hours = (t for t in self.others if isinstance(t, SharedHours))
        groups = next((t.offset_group for t in hours), np.zeros(self.shape[0], np.int64))
        group = groups[mentees]
        step = size or max(1, PAIRS_PER_BATCH // max(1, self.shape[1]))
        for one in np.unique(group).tolist():
            rows = mentees[group == one]
            for lo in range(0, len(rows), step):
                yield rows[lo : lo + step]

    def scores(self, rows: Ints) -> Points:
        """Return the scores of these mentees (rows, M); -1 where forbidden."""
        points: Points = self.a[rows] @ self.b
        for table in self.tables:
            points += table.rows(rows)
        for term in self.others:
            term.add_to(points, rows)
        for rule in self.time_rules:
            allowed = np.ones(points.shape, np.bool_)
            rule.close(allowed, rows)
            points[~allowed] = FORBIDDEN * PENALTY
        if self.matters_most:
            self.matters_most.scale(points, rows)
        if self.minimum:
            points[points < self.minimum] = FORBIDDEN * PENALTY
        for term in self.waiting:
            term.add_to(points, rows)
        return np.maximum(points, FORBIDDEN, out=points)


@dataclass(frozen=True, eq=False)
class _WideTable:
    """points = table[class of mentee i, j]: a column for every mentor, so that whole rows can be
    taken from it."""

    mentee_class: Ints
    table: Points

    def rows(self, mentees: Ints) -> Points:
        return self.table[self.mentee_class[mentees]]


def _stacked(shape: tuple[int, int], terms: list[Linear]) -> tuple[Points, Points]:
    """The same points as one matrix product of (N, F) and (F, M)."""
    a = [np.zeros((shape[0], 0), np.float32), *(term.a for term in terms)]
    b = [np.zeros((shape[1], 0), np.float32), *(term.b for term in terms)]
    return np.hstack(a), np.vstack([matrix.T for matrix in b])


def _pair_list(terms: list[Term], rules: list[HardConstraint]) -> PairList:
    """Points of single pairs, and the pairs that a rule forbids, as one list."""
    forbidden = [pair for r in rules if isinstance(r, PairConstraint) for pair in r.pairs]
    i, j = np.array(forbidden, np.int64).reshape(-1, 2).T
    lists = [t for t in terms if isinstance(t, PairList)]
    lists.append(PairList(i, j, np.full(len(i), -PENALTY)))
    return PairList(
        np.concatenate([one.i for one in lists]),
        np.concatenate([one.j for one in lists]),
        np.concatenate([one.points for one in lists]),
    )


def _tables(
    mentees: int, terms: list[Term], rules: list[HardConstraint]
) -> tuple[list[_WideTable], list[Term]]:
    """Tables over classes of people (points and rules alike) added up, widened and joined; and all
    other terms. A table with nearly as many classes as mentees stays as it is."""
    tables = [t for t in terms if isinstance(t, ClassTable)]
    tables += [
        ClassTable(rule.classes, rule.violated * np.float32(-PENALTY))
        for rule in rules
        if isinstance(rule, ClassConstraint)
    ]
    wide, others = [], [t for t in terms if not isinstance(t, Linear | ClassTable)]
    for one in _added_up(tables):
        if len(one.table) * WIDE_SHARE <= mentees:
            wide.append(_WideTable(one.classes.mentee, one.table.take(one.classes.mentor, axis=1)))
        else:
            others.append(one)
    return _joined(wide, mentees // JOINED_SHARE), others


def _added_up(tables: list[ClassTable]) -> list[ClassTable]:
    """The same points with one table for equal classes."""
    distinct: list[ClassTable] = []
    for one in tables:
        for k, other in enumerate(distinct):
            if np.array_equal(one.classes.mentee, other.classes.mentee) and np.array_equal(
                one.classes.mentor, other.classes.mentor
            ):
                distinct[k] = ClassTable(other.classes, other.table + one.table)
                break
        else:
            distinct.append(one)
    return distinct


def _joined(tables: list[_WideTable], most: int) -> list[_WideTable]:
    """The same points in fewer tables: small ones are joined to up to `most` classes."""
    joined: list[_WideTable] = []
    for one in sorted(tables, key=lambda t: len(t.table)):
        if joined and len(joined[-1].table) * len(one.table) <= most:
            last = joined.pop()
            rows, mentee_class = group_rows(last.mentee_class, one.mentee_class)
            one = _WideTable(mentee_class, last.table[rows[:, 0]] + one.table[rows[:, 1]])
        joined.append(one)
    return joined
