"""How points come about. Every criterion is a sum of these terms, and every term gives whole points.

All values are integers held in float32, and no partial sum reaches 2^24, so the matrix products are exact: the same
people get the same points on every machine, and the parts that a page shows add up to the score.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from matching.engine.problem.arrays import Bools, Classes, Ints, Points

Hits = tuple[Ints, Ints, Ints]  # number k of the pair, column of the answer, points
_NO_HITS: Hits = (np.zeros(0, np.int64),) * 3


class Term(Protocol):
    def add_to(self, out: Points, rows: Ints) -> None:
        """Add the points of these mentees to `out` (rows, M)."""

    def of(self, i: Ints, j: Ints) -> Ints:
        """Points of the pairs (i[k], j[k])."""

    def hits(self, i: Ints, j: Ints) -> Hits:
        """Which answers earned points for the pairs (i[k], j[k])."""


@dataclass(frozen=True, eq=False)
class Linear:
    """points = a[i] . b[j]; a is (N, F), b is (M, F). All linear terms of a round are one matrix product."""

    a: Points
    b: Points

    def add_to(self, out: Points, rows: Ints) -> None:
        out += self.a[rows] @ self.b.T

    def of(self, i: Ints, j: Ints) -> Ints:
        return row_products(self.a[i], self.b[j])

    def hits(self, i: Ints, j: Ints) -> Hits:
        each = self.a[i] * self.b[j]
        k, column = np.nonzero(each)
        return k, column, each[k, column].astype(np.int64)


class Neutral(Linear):
    """Points for an answer that is missing: nobody earned them."""

    def hits(self, i: Ints, j: Ints) -> Hits:
        return _NO_HITS


@dataclass(frozen=True, eq=False)
class Capped:
    """points = each * min(limit, a[i] . b[j])."""

    a: Points
    b: Points
    limit: int
    each: int

    def add_to(self, out: Points, rows: Ints) -> None:
        product = self.a[rows] @ self.b.T
        np.minimum(product, np.float32(self.limit), out=product)
        product *= np.float32(self.each)
        out += product

    def of(self, i: Ints, j: Ints) -> Ints:
        return self.each * np.minimum(row_products(self.a[i], self.b[j]), self.limit)

    def hits(self, i: Ints, j: Ints) -> Hits:
        amount = row_products(self.a[i], self.b[j])
        k = np.flatnonzero(amount * self.each)
        return k, amount[k], self.each * np.minimum(amount[k], self.limit)


@dataclass(frozen=True, eq=False)
class ClassTable:
    """points = table[kind of mentee i, kind of mentor j]."""

    classes: Classes
    table: Points

    def add_to(self, out: Points, rows: Ints) -> None:
        out += self.table[self.classes.mentee[rows]][:, self.classes.mentor]

    def of(self, i: Ints, j: Ints) -> Ints:
        return self.table[self.classes.mentee[i], self.classes.mentor[j]].astype(np.int64)

    def hits(self, i: Ints, j: Ints) -> Hits:
        return _whole_pair(self.of(i, j))


@dataclass(frozen=True, eq=False)
class PairList:
    """points for single pairs; a pair that is listed more than once gets the sum."""

    i: Ints
    j: Ints
    points: Ints

    def add_to(self, out: Points, rows: Ints) -> None:
        at = np.full(max(self.i.max(initial=-1), rows.max(initial=-1)) + 1, -1)
        at[rows] = np.arange(len(rows))
        here = np.flatnonzero(at[self.i] >= 0)
        np.add.at(out, (at[self.i[here]], self.j[here]), self.points[here].astype(np.float32))

    @cached_property
    def _by_pair(self) -> dict[tuple[int, int], int]:
        found: Counter[tuple[int, int]] = Counter()
        for i, j, points in zip(
            self.i.tolist(), self.j.tolist(), self.points.tolist(), strict=True
        ):
            found[i, j] += points
        return found

    def of(self, i: Ints, j: Ints) -> Ints:
        pairs = zip(i.tolist(), j.tolist(), strict=True)
        return np.array([self._by_pair.get(pair, 0) for pair in pairs], dtype=np.int64)

    def hits(self, i: Ints, j: Ints) -> Hits:
        return _whole_pair(self.of(i, j))


def _whole_pair(points: Ints) -> Hits:
    """Hits of a term that knows no columns."""
    k = np.flatnonzero(points)
    return k, np.zeros_like(k), points[k]


def row_products(a: Points, b: Points) -> Ints:
    """a[k] . b[k] for every k."""
    return np.asarray(np.einsum("kf,kf->k", a, b), dtype=np.int64)


def unless_unknown(neutral: int, known_a: Bools, known_b: Bools) -> tuple[Neutral, ...]:
    """`neutral` points where one of the two sides did not answer; no term when everybody did."""
    if not neutral or (known_a.all() and known_b.all()):
        return ()
    a = np.column_stack([np.full(len(known_a), neutral), np.where(known_a, -neutral, 0)])
    b = np.column_stack([np.ones(len(known_b)), known_b])
    return (Neutral(a.astype(np.float32), b.astype(np.float32)),)
