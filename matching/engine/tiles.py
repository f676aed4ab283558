"""Scores of many pairs at once: every term and rule of a round folded into as few passes over memory as possible.

A closed pair is one that lost CLOSED points, so rules and points that depend on the same answers are one table, and
tables over few classes of mentees are joined. The result is the same number as term by term.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from matching.engine.arrays import Ints, Points, classes
from matching.engine.barriers import Barrier, ClassBarrier
from matching.engine.blocks import Part
from matching.engine.table import FORBIDDEN
from matching.engine.terms import Classed, Linear, Term

CLOSED = 2**20
JOINED_SHARE = 8


class Sheet:
    """All points and rules of a round, ready for tiles. `waiting` is added after the minimum was asked for."""

    def __init__(
        self, shape: tuple[int, int], parts: Iterable[Part], barriers: Iterable[Barrier], minimum: int
    ) -> None:
        self.shape, self.minimum = shape, minimum
        everything = list(parts)
        terms = [t for p in everything if p.name != "waiting" for t in p.terms]
        self.waiting: list[Term] = [t for p in everything if p.name == "waiting" for t in p.terms]
        if not minimum:
            terms, self.waiting = terms + self.waiting, []
        self.linear = _stacked(shape, [t for t in terms if isinstance(t, Linear)])
        self.others = [t for t in terms if not isinstance(t, Linear | Classed)]
        tables = [t for t in terms if isinstance(t, Classed)]
        self.rules = [b for b in barriers if not isinstance(b, ClassBarrier)]
        stops = [b for b in barriers if isinstance(b, ClassBarrier)]
        tables += [Classed(b.klass, b.broken * np.float32(-CLOSED)) for b in stops]
        self.tables = _joined(tables, shape[0] // JOINED_SHARE)

    def fill(self, out: Ints, lo: int) -> None:
        """Scores of mentees lo.. into `out` (rows, M); -1 where closed or below the minimum."""
        points = np.empty(out.shape, np.float32)
        np.matmul(self.linear.a[lo : lo + len(out)], self.linear.b.T, out=points)
        for term in (*self.tables, *self.others):
            term.add_to(points, lo)
        if self.rules:
            open_ = np.ones(out.shape, np.bool_)
            for barrier in self.rules:
                barrier.close(open_, lo)
            points[~open_] = FORBIDDEN * CLOSED
        if self.minimum:
            points[points < self.minimum] = FORBIDDEN * CLOSED
        for term in self.waiting:
            term.add_to(points, lo)
        np.maximum(points, FORBIDDEN, out=points)
        out[...] = points


def _stacked(shape: tuple[int, int], terms: list[Linear]) -> Linear:
    """The same points as one matrix product."""
    nothing = Linear(np.zeros((shape[0], 0), np.float32), np.zeros((shape[1], 0), np.float32))
    everything = [nothing, *terms]
    return Linear(np.hstack([t.a for t in everything]), np.hstack([t.b for t in everything]))


def _joined(tables: list[Classed], most: int) -> list[Classed]:
    """The same points in fewer tables: equal classes are added up, small tables are joined to up to `most` classes."""
    distinct: list[Classed] = []
    for term in tables:
        for k, other in enumerate(distinct):
            if len(term.table) == len(other.table) and np.array_equal(term.klass, other.klass):
                distinct[k] = Classed(other.klass, other.table + term.table)
                break
        else:
            distinct.append(term)
    distinct.sort(key=lambda t: len(t.table))
    joined: list[Classed] = []
    for term in distinct:
        if joined and len(joined[-1].table) * len(term.table) <= most:
            last = joined.pop()
            rows, klass = classes(last.klass, term.klass)
            table: Points = last.table[rows[:, 0]] + term.table[rows[:, 1]]
            term = Classed(klass, table)
        joined.append(term)
    return joined
