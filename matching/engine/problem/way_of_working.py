"""Criterion "way_of_working": how alike two people would like to work together.

Each question has three answers in an order, 1 to 3. The points of the criterion are shared out
evenly over the questions. The same answer earns a question's share, the next one half of it, the
opposite one none; where one of the two did not answer, a question earns its neutral share.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.engine.problem.arrays import Bools, Ints, Points, answered
from matching.engine.problem.criteria import Criteria
from matching.engine.problem.people import Pool
from matching.engine.problem.score_terms import Linear, Neutral, ScorePart, Term

NAME = "way_of_working"
ANSWERS = 3


def part(pool: Pool, criteria: Criteria) -> ScorePart | None:
    """Return the part, None if one side was not asked. Raises ValueError for other answers.

    The columns of its hits are `ANSWERS * question + (the mentor's answer - 1)`.
    """
    mine, theirs = pool.mentees.way_of_working, pool.mentors.way_of_working
    if mine is None or theirs is None:
        return None
    _check(mine, theirs)
    most = criteria.points(NAME)
    shares = _even_shares(most, mine.shape[1])
    neutral = shares * criteria.neutral_percent // 100
    terms: tuple[Term, ...] = (
        Linear(_points_by_answer(mine, shares), _one_hot(theirs)),
        *_unless_unknown(neutral, mine > 0, theirs > 0),
    )
    return ScorePart(NAME, terms, most, (~answered(mine), ~answered(theirs)))


def question_of(column: int) -> int:
    """Return the question that a column of the part's hits is about."""
    return column // ANSWERS


def _check(mine: Ints, theirs: Ints) -> None:
    if mine.shape[1] != theirs.shape[1]:
        raise ValueError(
            f"{NAME}: {mine.shape[1]} questions for mentees, {theirs.shape[1]} for mentors"
        )
    for values in (mine, theirs):
        if values.size and (values.min() < 0 or values.max() > ANSWERS):
            raise ValueError(f"{NAME} must be between 0 and {ANSWERS}")


def _even_shares(most: int, questions: int) -> Ints:
    """Return whole shares that add up to `most`; the first ones have the points left over."""
    each, left = divmod(most, max(questions, 1))
    return each + (np.arange(questions) < left).astype(np.int64)


def _points_by_answer(mine: Ints, shares: Ints) -> Points:
    """(N, questions * ANSWERS): what each answer of a mentor would earn with this mentee."""
    answers = np.arange(1, ANSWERS + 1)
    apart: NDArray[np.int64] = np.abs(mine[:, :, None].astype(np.int64) - answers)
    points: NDArray[np.int64] = shares[None, :, None] * (ANSWERS - 1 - apart) // (ANSWERS - 1)
    points[mine == 0] = 0
    return np.asarray(points.reshape(len(mine), -1), np.float32)


def _one_hot(theirs: Ints) -> Points:
    found: Bools = theirs[:, :, None] == np.arange(1, ANSWERS + 1)
    return found.reshape(len(theirs), -1).astype(np.float32)


def _unless_unknown(neutral: Ints, known_a: Bools, known_b: Bools) -> tuple[Neutral, ...]:
    """Return a term of the neutral points of each question that one side left empty."""
    if not neutral.any() or (known_a.all() and known_b.all()):
        return ()
    a = np.column_stack([np.full(len(known_a), neutral.sum()), np.where(known_a, -neutral, 0)])
    b = np.column_stack([np.ones(len(known_b)), known_b])
    return (Neutral(a.astype(np.float32), b.astype(np.float32)),)
