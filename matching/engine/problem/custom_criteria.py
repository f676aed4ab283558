"""Building blocks for a program's own criteria: points as they are, over columns that the program names.

A block reads `Side.columns[name]` (or a standard field of that name) on both sides and answers with a `Part`: terms
that add points and, where the block is told to, a barrier whose code is the block's name. With these four a sign-up
spreadsheet of another program becomes a round: "one or two grades up", "same profession", "what I asked for is among
your characteristics", "these towns suit me".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from matching.engine.problem.arrays import Bools, Ints, Points, answered, classes_of
from matching.engine.problem.constraints import ClassConstraint, HardConstraint
from matching.engine.problem.people import Pool, Side
from matching.engine.problem.score_terms import Capped, ClassTable, Linear, Term


@dataclass(frozen=True, eq=False)
class Part:
    """One line of a score: its name, what adds to it, the most it can give, what it forbids.

    unknown holds, for mentees and mentors, who left the answer empty."""

    name: str
    terms: tuple[Term, ...]
    most: int
    unknown: tuple[Bools, Bools]
    constraints: tuple[HardConstraint, ...] = ()


class CustomCriterion(Protocol):
    """A criterion of a program's own; its repr goes into the hash of the table, so it must tell its settings."""

    @property
    def name(self) -> str: ...

    def part(self, pool: Pool) -> Part: ...


def column(side: Side, name: str, ndim: int) -> Ints:
    """A column by name; ValueError if the side does not have it in that shape."""
    found = side.columns.get(name)
    if found is None:
        found = getattr(side, name, None)
    if not isinstance(found, np.ndarray) or found.ndim != ndim:
        raise ValueError(f"no column {name!r} with {ndim} dimension(s)")
    return found


def _positive(name: str, *points: int) -> None:
    if min(points, default=0) < 0:
        raise ValueError(f"block {name!r} gives negative points")


@dataclass(frozen=True)
class Gap:
    """Points by how far the mentor stands above the mentee on an ordinal (grade, level, years).

    points: difference (mentor - mentee) -> points. With `hard` any other difference is forbidden.
    Unknown (-1) on either side gives no points and forbids nothing."""

    name: str
    column: str
    points: Mapping[int, int]
    hard: bool = False

    def part(self, pool: Pool) -> Part:
        _positive(self.name, *self.points.values())
        mine, theirs = column(pool.mentees, self.column, 1), column(pool.mentors, self.column, 1)
        people = classes_of(mine, theirs)
        gap = people.theirs.T - people.mine
        unknown = (people.mine < 0) | (people.theirs < 0).T
        table = np.zeros(gap.shape, np.float32)
        for step, points in self.points.items():
            table[(gap == step) & ~unknown] = points
        outside = ~np.isin(gap, list(self.points)) & ~unknown
        stop: tuple[HardConstraint, ...] = (
            (ClassConstraint(self.name, people, outside),) if self.hard else ()
        )
        most = max(self.points.values(), default=0)
        return Part(self.name, (ClassTable(people, table),), most, (mine < 0, theirs < 0), stop)


@dataclass(frozen=True)
class Same:
    """Points for the same category; `forbid` "same" or "different" makes that impossible. -1 is unknown."""

    name: str
    column: str
    points: int = 0
    forbid: Literal["same", "different"] | None = None

    def part(self, pool: Pool) -> Part:
        _positive(self.name, self.points)
        mine, theirs = column(pool.mentees, self.column, 1), column(pool.mentors, self.column, 1)
        people = classes_of(mine, theirs)
        known = (people.mine >= 0) & (people.theirs >= 0).T
        same = (people.mine == people.theirs.T) & known
        terms = (ClassTable(people, same * np.float32(self.points)),) if self.points else ()
        wrong = same if self.forbid == "same" else ~same & known
        stop: tuple[HardConstraint, ...] = (
            (ClassConstraint(self.name, people, wrong),) if self.forbid else ()
        )
        return Part(self.name, terms, self.points, (mine < 0, theirs < 0), stop)


@dataclass(frozen=True)
class Overlap:
    """Points for each item of a set that the mentee asked for and the mentor has, up to `at_most` items.

    mentees: multiple-choice column of what is asked for; mentors: of what they are or offer (same items, same order).
    This is the only block fit for a personal trait, because nobody gets points whom the mentee did not ask for."""

    name: str
    mentees: str
    mentors: str
    points: int
    at_most: int = 1

    def part(self, pool: Pool) -> Part:
        _positive(self.name, self.points)
        asked, has = (
            column(pool.mentees, self.mentees, 2) > 0,
            column(pool.mentors, self.mentors, 2) > 0,
        )
        if asked.shape[1] != has.shape[1]:
            raise ValueError(
                f"block {self.name!r} compares sets of {asked.shape[1]} and {has.shape[1]} items"
            )
        term = Capped(asked.astype(np.float32), has.astype(np.float32), self.at_most, self.points)
        return Part(
            self.name, (term,), self.points * self.at_most, (~answered(asked), ~answered(has))
        )


@dataclass(frozen=True)
class Rating:
    """One side rated categories of the other ("these towns suit me"): points per category, -1 forbids, 0 is neutral.

    rater "mentee": `ratings` is a column (N, C) of the mentees and `of` a category column (M,) of the mentors;
    rater "mentor": the other way round. An unknown category (-1) gets no points and is never forbidden."""

    name: str
    ratings: str
    of: str
    rater: Literal["mentee", "mentor"] = "mentee"

    def part(self, pool: Pool) -> Part:
        raters, rated = (
            (pool.mentees, pool.mentors) if self.rater == "mentee" else (pool.mentors, pool.mentees)
        )
        marks, category = column(raters, self.ratings, 2), column(rated, self.of, 1)
        if category.max(initial=-1) >= marks.shape[1]:
            raise ValueError(
                f"block {self.name!r} rates {marks.shape[1]} categories, but there are more"
            )
        shown = _one_hot(category, marks.shape[1])
        points = np.maximum(marks, 0).astype(np.float32)
        silent, unseen = ~answered(marks), category < 0
        if self.rater == "mentee":
            term, unknown, people = (
                Linear(points, shown),
                (silent, unseen),
                classes_of(marks < 0, category),
            )
            refused = _refused(people.mine, people.theirs)
        else:
            term, unknown, people = (
                Linear(shown, points),
                (unseen, silent),
                classes_of(category, marks < 0),
            )
            refused = _refused(people.theirs, people.mine).T
        constraint = ClassConstraint(self.name, people, refused)
        return Part(
            self.name,
            (term,),
            int(marks.max(initial=0)),
            unknown,
            (constraint,) if refused.any() else (),
        )


def _refused(no: Ints, category: Ints) -> Bools:
    """(raters, categories): which raters said no to which category; nobody can to an unknown one."""
    return np.asarray((no[:, category[:, 0]] > 0) & (category[:, 0] >= 0), dtype=np.bool_)


def _one_hot(category: Ints, size: int) -> Points:
    return np.asarray(category[:, None] == np.arange(size)[None], dtype=np.float32)
