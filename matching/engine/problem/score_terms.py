"""How points are computed: each criterion is a sum of terms, and each term gives whole points.

All values are integers held in float32, and no partial sum reaches 2^24, so the matrix products are
exact: the same people get the same points on every machine, and the parts of a score add up to it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from matching.engine.problem.arrays import Bools, Classes, Ints, Points
from matching.engine.problem.constraints import HardConstraint

Hits = tuple[Ints, Ints, Ints]  # number k of the pair, column of the answer, points
_NO_HITS: Hits = (np.zeros(0, np.int64),) * 3


class Term(Protocol):
    """Something that adds points to pairs."""

    def add_to(self, out: Points, rows: Ints) -> None:
        """Add the points of these mentees with every mentor to `out` (rows, M)."""

    def of(self, i: Ints, j: Ints) -> Ints:
        """Return the points of the pairs (i[k], j[k])."""

    def hits(self, i: Ints, j: Ints) -> Hits:
        """Return which answers earned points for the pairs (i[k], j[k])."""


@dataclass(frozen=True, eq=False)
class ScorePart:
    """One line of a score.

    name         "gap", or "practical.hours" for a line of the criterion "practical"
    terms        what adds points
    max_points   the most that it can give
    unknown      (N,) mentees and (M,) mentors who left the answer empty
    constraints  what it forbids
    """

    name: str
    terms: tuple[Term, ...]
    max_points: int
    unknown: tuple[Bools, Bools]
    constraints: tuple[HardConstraint, ...] = ()

    @property
    def criterion(self) -> str:
        return self.name.split(".")[0]


@dataclass(frozen=True, eq=False)
class Linear:
    """points = a[i] . b[j], with a (N, F) and b (M, F).

    All linear terms of a round are evaluated as one matrix product.
    """

    a: Points
    b: Points

    def add_to(self, out: Points, rows: Ints) -> None:
        out += self.a[rows] @ self.b.T

    def of(self, i: Ints, j: Ints) -> Ints:
        return row_products(self.a[i], self.b[j])

    def hits(self, i: Ints, j: Ints) -> Hits:
        products = self.a[i] * self.b[j]
        k, column = np.nonzero(products)
        return k, column, products[k, column].astype(np.int64)


class Neutral(Linear):
    """Points for a missing answer: no answer earned them."""

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
    """points = table[class of mentee i, class of mentor j]."""

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
    """Points for single pairs; a pair that appears more than once gets the sum."""

    i: Ints
    j: Ints
    points: Ints

    def add_to(self, out: Points, rows: Ints) -> None:
        position = np.full(max(self.i.max(initial=-1), rows.max(initial=-1)) + 1, -1)
        position[rows] = np.arange(len(rows))
        here = np.flatnonzero(position[self.i] >= 0)
        at = position[self.i[here]], self.j[here]
        np.add.at(out, at, self.points[here].astype(np.float32))

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


def row_products(a: Points, b: Points) -> Ints:
    """Return a[k] . b[k] for every k."""
    return np.asarray(np.einsum("kf,kf->k", a, b), dtype=np.int64)


def unless_unknown(neutral: int, known_a: Bools, known_b: Bools) -> tuple[Neutral, ...]:
    """Return a term of `neutral` points where one side did not answer; empty if everyone did."""
    if not neutral or (known_a.all() and known_b.all()):
        return ()
    a = np.column_stack([np.full(len(known_a), neutral), np.where(known_a, -neutral, 0)])
    b = np.column_stack([np.ones(len(known_b)), known_b])
    return (Neutral(a.astype(np.float32), b.astype(np.float32)),)


def _whole_pair(points: Ints) -> Hits:
    """Hits of a term that has no columns."""
    k = np.flatnonzero(points)
    return k, np.zeros_like(k), points[k]
