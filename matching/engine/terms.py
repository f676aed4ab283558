"""How points come about. Every criterion is a sum of these terms, and every term gives whole points.

All values are integers held in float32, and no partial sum reaches 2^24, so the matrix products are exact: the same
people get the same points on every machine, and the parts that a page shows add up to the score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from matching.engine.arrays import Bools, Ints, Points


class Term(Protocol):
    def add_to(self, out: Points, lo: int) -> None:
        """Add the points of mentees lo.. to `out` (rows, M)."""

    def of(self, i: int, js: Ints) -> Ints:
        """Points of mentee i with mentors js."""

    def hits(self, i: int, j: int) -> list[tuple[int, int]]:
        """Which answers earned points for this pair: (column, points)."""


@dataclass(frozen=True, eq=False)
class Linear:
    """points = a[i] . b[j]; a is (N, F), b is (M, F). All linear terms of a round are one matrix product."""

    a: Points
    b: Points

    def add_to(self, out: Points, lo: int) -> None:
        out += self.a[lo : lo + len(out)] @ self.b.T

    def of(self, i: int, js: Ints) -> Ints:
        return np.asarray(self.b[js] @ self.a[i], dtype=np.int64)

    def hits(self, i: int, j: int) -> list[tuple[int, int]]:
        each = self.a[i] * self.b[j]
        return [(int(f), int(each[f])) for f in np.flatnonzero(each)]


@dataclass(frozen=True, eq=False)
class Capped:
    """points = each * min(limit, a[i] . b[j]); with several samples the smallest product counts."""

    samples: Sequence[tuple[Points, Points]]
    limit: int
    each: int

    def add_to(self, out: Points, lo: int) -> None:
        product = self._amount(lo, lo + len(out))
        np.minimum(product, np.float32(self.limit), out=product)
        product *= np.float32(self.each)
        out += product

    def _amount(self, lo: int, hi: int) -> Points:
        first, *rest = self.samples
        product: Points = first[0][lo:hi] @ first[1].T
        for a, b in rest:
            np.minimum(product, a[lo:hi] @ b.T, out=product)
        return product

    def amount(self, i: int, js: Ints) -> Ints:
        """What is shared before the cap, in units of the samples."""
        each = [b[js] @ a[i] for a, b in self.samples]
        return np.asarray(np.min(each, axis=0), dtype=np.int64)

    def of(self, i: int, js: Ints) -> Ints:
        return self.each * np.minimum(self.amount(i, js), self.limit)

    def hits(self, i: int, j: int) -> list[tuple[int, int]]:
        points = int(self.of(i, np.array([j]))[0])
        return [(int(self.amount(i, np.array([j]))[0]), points)] if points else []


@dataclass(frozen=True, eq=False)
class Classed:
    """points = table[klass[i], j]: mentees with equal answers share a row of the table (C, M)."""

    klass: Ints
    table: Points

    def add_to(self, out: Points, lo: int) -> None:
        out += self.table[self.klass[lo : lo + len(out)]]

    def of(self, i: int, js: Ints) -> Ints:
        return np.asarray(self.table[self.klass[i], js], dtype=np.int64)

    def hits(self, i: int, j: int) -> list[tuple[int, int]]:
        points = int(self.table[self.klass[i], j])
        return [(0, points)] if points else []


@dataclass(frozen=True, eq=False)
class Listed:
    """points for single pairs; a pair that is listed more than once gets the sum."""

    i: Ints
    j: Ints
    points: Ints

    def add_to(self, out: Points, lo: int) -> None:
        here = (self.i >= lo) & (self.i < lo + len(out))
        np.add.at(out, (self.i[here] - lo, self.j[here]), self.points[here].astype(np.float32))

    def of(self, i: int, js: Ints) -> Ints:
        row = np.zeros(int(max(self.j.max(initial=-1), js.max(initial=-1))) + 1, dtype=np.int64)
        mine = self.i == i
        np.add.at(row, self.j[mine], self.points[mine])
        return np.asarray(row[js])

    def hits(self, i: int, j: int) -> list[tuple[int, int]]:
        here = (self.i == i) & (self.j == j)
        return [(0, int(self.points[here].sum()))] if here.any() else []


def unless_unknown(a: Points, b: Points, known_a: Bools, known_b: Bools, neutral: int) -> Linear:
    """a . b where both sides answered, `neutral` points where one of them did not."""
    a, b = a * known_a[:, None], b * known_b[:, None]
    if neutral and not (known_a.all() and known_b.all()):
        both = np.where(known_a, -neutral, 0)
        a = np.column_stack([a, np.full(len(a), neutral), both])
        b = np.column_stack([b, np.ones(len(b)), known_b])
    return Linear(np.ascontiguousarray(a, np.float32), np.ascontiguousarray(b, np.float32))
