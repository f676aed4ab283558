"""Criteria of a program's own: points as they are, over columns that the program names.

A custom criterion reads `Side.columns[name]` (or a standard field of that name) on both sides and
makes a `ScorePart`: terms that add points and, if asked to, a hard rule whose code is the
criterion's name. These cover most sign-up spreadsheets: "one or two grades up", "same
profession", "what I asked for is among your characteristics", "these towns suit me", "this answer
with that one".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from matching.engine.problem.arrays import (
    Bools,
    Ints,
    Points,
    answered,
    classes_of,
    share_an_item,
)
from matching.engine.problem.constraints import ClassConstraint, HardConstraint
from matching.engine.problem.people import Pool, Side
from matching.engine.problem.score_terms import Capped, ClassTable, Linear, ScorePart


class CustomCriterion(Protocol):
    """A criterion of a program's own.

    Its repr goes into the hash of the table, so the repr must show all settings.
    """

    @property
    def name(self) -> str: ...

    def part(self, pool: Pool) -> ScorePart:
        """Return its points and rules for this pool. Raises ValueError naming a bad column."""


@dataclass(frozen=True)
class Gap:
    """Points by how far the mentor is above the mentee on an ordinal (grade, level, years).

    points: difference (mentor - mentee) -> points. `hard` forbids every other difference.
    Unknown (-1) on either side gives no points and forbids nothing.
    """

    name: str
    column: str
    points: Mapping[int, int]
    hard: bool = False

    def part(self, pool: Pool) -> ScorePart:
        _refuse_negative(self.name, *self.points.values())
        mine, theirs = column(pool.mentees, self.column, 1), column(pool.mentors, self.column, 1)
        classes = classes_of(mine, theirs)
        gap = classes.mentor_answers.T - classes.mentee_answers
        unknown = (classes.mentee_answers < 0) | (classes.mentor_answers < 0).T
        table = np.zeros(gap.shape, np.float32)
        for step, points in self.points.items():
            table[(gap == step) & ~unknown] = points
        constraints: tuple[HardConstraint, ...] = ()
        if self.hard:
            outside = ~np.isin(gap, list(self.points)) & ~unknown
            constraints = (ClassConstraint(self.name, classes, outside),)
        return ScorePart(
            name=self.name,
            terms=(ClassTable(classes, table),),
            max_points=max(self.points.values(), default=0),
            unknown=(mine < 0, theirs < 0),
            constraints=constraints,
        )


@dataclass(frozen=True)
class Same:
    """Points for the same category; `forbid` makes "same" or "different" impossible.

    -1 is unknown: no points, nothing forbidden.
    """

    name: str
    column: str
    points: int = 0
    forbid: Literal["same", "different"] | None = None

    def part(self, pool: Pool) -> ScorePart:
        _refuse_negative(self.name, self.points)
        mine, theirs = column(pool.mentees, self.column, 1), column(pool.mentors, self.column, 1)
        classes = classes_of(mine, theirs)
        known = (classes.mentee_answers >= 0) & (classes.mentor_answers >= 0).T
        same = (classes.mentee_answers == classes.mentor_answers.T) & known
        constraints: tuple[HardConstraint, ...] = ()
        if self.forbid:
            violated = same if self.forbid == "same" else ~same & known
            constraints = (ClassConstraint(self.name, classes, violated),)
        return ScorePart(
            name=self.name,
            terms=(ClassTable(classes, same * np.float32(self.points)),) if self.points else (),
            max_points=self.points,
            unknown=(mine < 0, theirs < 0),
            constraints=constraints,
        )


@dataclass(frozen=True)
class Different:
    """Points for two different categories. -1 is unknown: no points, nothing forbidden."""

    name: str
    column: str
    points: int

    def part(self, pool: Pool) -> ScorePart:
        return _compared(self.name, self.column, self.points, pool, np.not_equal)


@dataclass(frozen=True)
class AtLeast:
    """Points if the mentor's place in an order is not below the mentee's; -1 is unknown."""

    name: str
    column: str
    points: int

    def part(self, pool: Pool) -> ScorePart:
        return _compared(self.name, self.column, self.points, pool, np.less_equal)


def _compared(name: str, column_name: str, points: int, pool: Pool, fits: np.ufunc) -> ScorePart:
    """Give `points` where `fits(mentee's answer, mentor's answer)`; it forbids nothing."""
    _refuse_negative(name, points)
    mine, theirs = column(pool.mentees, column_name, 1), column(pool.mentors, column_name, 1)
    classes = classes_of(mine, theirs)
    known = (classes.mentee_answers >= 0) & (classes.mentor_answers >= 0).T
    found = fits(classes.mentee_answers, classes.mentor_answers.T) & known
    return ScorePart(
        name=name,
        terms=(ClassTable(classes, found * np.float32(points)),) if points else (),
        max_points=points,
        unknown=(mine < 0, theirs < 0),
    )


@dataclass(frozen=True)
class Overlap:
    """Points for each item that the mentee asked for and the mentor has, up to `at_most` items.

    mentees: multiple-choice column of what is asked for; mentors: of what they are or offer (same
    items, same order). This is the only criterion fit for a personal trait, because only a mentor
    whom the mentee asked for gets points. `hard` forbids pairs that answered and share no item.
    """

    name: str
    mentees: str
    mentors: str
    points: int
    at_most: int = 1
    hard: bool = False

    def part(self, pool: Pool) -> ScorePart:
        _refuse_negative(self.name, self.points)
        asked = column(pool.mentees, self.mentees, 2) > 0
        has = column(pool.mentors, self.mentors, 2) > 0
        if asked.shape[1] != has.shape[1]:
            raise ValueError(
                f"criterion {self.name!r} compares {asked.shape[1]} items with {has.shape[1]}"
            )
        term = Capped(asked.astype(np.float32), has.astype(np.float32), self.at_most, self.points)
        known = answered(asked), answered(has)
        constraints: tuple[HardConstraint, ...] = ()
        if self.hard:
            classes = classes_of(asked, has)
            mine, theirs = classes.mentee_answers, classes.mentor_answers
            none = ~share_an_item(mine > 0, theirs > 0)
            both = answered(mine)[:, None] & answered(theirs)
            constraints = (ClassConstraint(self.name, classes, none & both),)
        return ScorePart(
            name=self.name,
            terms=(term,),
            max_points=self.points * self.at_most,
            unknown=(~known[0], ~known[1]),
            constraints=constraints,
        )


@dataclass(frozen=True)
class Lookup:
    """Points for each pair of answers, from a table.

    table: (mentee's category, mentor's category) -> points, FORBIDDEN (-1) for an impossible pair;
    every other pair gets none. An unknown category (-1) gets no points and is never forbidden.
    """

    name: str
    column: str
    table: Mapping[tuple[int, int], int]

    def part(self, pool: Pool) -> ScorePart:
        _refuse_negative(self.name, *(points + 1 for points in self.table.values()))
        mine, theirs = column(pool.mentees, self.column, 1), column(pool.mentors, self.column, 1)
        classes = classes_of(mine, theirs)
        mentee, mentor = classes.mentee_answers[:, 0], classes.mentor_answers[:, 0]
        found = np.zeros((len(mentee), len(mentor)), np.float32)
        for (one, other), points in self.table.items():
            found[np.ix_(mentee == one, mentor == other)] = points
        forbidden = found < 0
        rule = ClassConstraint(self.name, classes, forbidden)
        return ScorePart(
            name=self.name,
            terms=(ClassTable(classes, np.maximum(found, 0)),),
            max_points=max([0, *self.table.values()]),
            unknown=(mine < 0, theirs < 0),
            constraints=(rule,) if min(self.table.values(), default=0) < 0 else (),
        )


@dataclass(frozen=True)
class Rating:
    """One side rated categories of the other ("these towns suit me").

    Points per category, -1 forbids, 0 is neutral. rater "mentee": `ratings` is a column (N, C) of
    the mentees and `of` a category column (M,) of the mentors; rater "mentor": the other way round.
    An unknown category (-1) gets no points and is never forbidden.
    """

    name: str
    ratings: str
    of: str
    rater: Literal["mentee", "mentor"] = "mentee"

    def part(self, pool: Pool) -> ScorePart:
        raters, rated = pool.mentees, pool.mentors
        if self.rater == "mentor":
            raters, rated = rated, raters
        marks, category = column(raters, self.ratings, 2), column(rated, self.of, 1)
        if category.max(initial=-1) >= marks.shape[1]:
            raise ValueError(
                f"criterion {self.name!r} rates {marks.shape[1]} categories, but there are more"
            )
        points, one_hot = (
            np.maximum(marks, 0).astype(np.float32),
            _one_hot(category, marks.shape[1]),
        )
        no_marks, no_category = ~answered(marks), category < 0
        if self.rater == "mentee":
            term, unknown = Linear(points, one_hot), (no_marks, no_category)
            classes = classes_of(marks < 0, category)
            forbidden = _forbidden(classes.mentee_answers, classes.mentor_answers)
        else:
            term, unknown = Linear(one_hot, points), (no_category, no_marks)
            classes = classes_of(category, marks < 0)
            forbidden = _forbidden(classes.mentor_answers, classes.mentee_answers).T
        rule = ClassConstraint(self.name, classes, forbidden)
        return ScorePart(
            name=self.name,
            terms=(term,),
            max_points=int(marks.max(initial=0)),
            unknown=unknown,
            constraints=(rule,) if forbidden.any() else (),
        )


def column(side: Side, name: str, dimensions: int) -> Ints:
    """Return a column by name. Raises ValueError if the side does not have it in that shape."""
    found = side.columns.get(name)
    if found is None:
        found = getattr(side, name, None)
    if not isinstance(found, np.ndarray) or found.ndim != dimensions:
        raise ValueError(f"no column {name!r} with {dimensions} dimension(s)")
    return found


def _refuse_negative(name: str, *points: int) -> None:
    if min(points, default=0) < 0:
        raise ValueError(f"criterion {name!r} gives negative points")


def _forbidden(rejects: Ints, category: Ints) -> Bools:
    """(raters, categories): which raters reject which category; never an unknown one."""
    return np.asarray((rejects[:, category[:, 0]] > 0) & (category[:, 0] >= 0), dtype=np.bool_)


def _one_hot(category: Ints, size: int) -> Points:
    return np.asarray(category[:, None] == np.arange(size)[None], dtype=np.float32)
