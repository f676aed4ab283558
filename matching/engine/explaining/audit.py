"""Figures of a plan that a committee can answer for, and that anyone can check."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.engine.problem.arrays import Ints
from matching.engine.problem.score_table import FORBIDDEN, ScoreTable
from matching.engine.solving.plan import UNMATCHED, Plan
from matching.engine.solving.solver import solve

BATCH = 256  # mentees compared at a time


@dataclass(frozen=True)
class BlockingPairs:
    """Pairs outside the plan whose two people both prefer each other to what they have.

    pairs: how many; mentees: how many mentees are in one (Gale, Shapley 1962). A plan with the best
    total cannot avoid them all, and finding the plan with the fewest is NP-hard (Biró, Manlove,
    Mittal 2010).
    """

    pairs: int
    mentees: int


@dataclass(frozen=True)
class WishesEffect:
    """What the wishes changed, compared with the best plan without them.

    reassigned: mentees with another mentor; pairs: gained (negative: lost); points: how much higher
    the rest of the score would be without wishes.
    """

    reassigned: int
    pairs: int
    points: int


@dataclass(frozen=True)
class Audit:
    """Figures of a plan.

    capacity           slots of all mentors
    mean, p10, worst   scores of the pairs (None without pairs); a tenth of the pairs score at most
                       p10
    forced             mentees whose mentor is the only one allowed for them
    blocking_pairs     see BlockingPairs
    wishes_effect      see WishesEffect; None without wishes or where it was not asked for
    """

    mentees: int
    mentors: int
    capacity: int
    pairs: int
    mean: float | None
    p10: int | None
    worst: int | None
    forced: list[int]
    blocking_pairs: BlockingPairs
    wishes_effect: WishesEffect | None


def audit(
    table: ScoreTable,
    plan: Plan,
    views: tuple[Ints, Ints] | None = None,
    *,
    with_wishes_effect: bool = True,
) -> Audit:
    """Return the figures of a plan.

    views: how mentees and mentors see each pair, (N, M) each (default: `table.views()`).
    with_wishes_effect: solve once more without wishes, which takes as long as `solve`.
    """
    placed = np.flatnonzero(plan.mu >= 0)
    points = np.sort(table.S[placed, plan.mu[placed]].astype(np.int64))
    n, m = table.shape
    allowed = ((_judged(table, plan) >= 0) & (plan.capacity > 0)).sum(axis=1)
    return Audit(
        mentees=n,
        mentors=m,
        capacity=int(plan.capacity.sum()),
        pairs=plan.pairs,
        mean=float(points.mean()) if len(points) else None,
        p10=int(points[(len(points) - 1) // 10]) if len(points) else None,
        worst=int(points[0]) if len(points) else None,
        forced=placed[allowed[placed] == 1].tolist(),
        blocking_pairs=_blocking_pairs(table, plan, views or table.views()),
        wishes_effect=_wishes_effect(table, plan) if with_wishes_effect else None,
    )


def _blocking_pairs(table: ScoreTable, plan: Plan, views: tuple[Ints, Ints]) -> BlockingPairs:
    """Blocking pairs in the two sides' views.

    An unmatched mentee prefers any allowed mentor, and a mentor with a free slot any mentee.
    """
    mentee_view, mentor_view = views
    n, m = table.shape
    placed = np.flatnonzero(plan.mu >= 0)
    mentors = plan.mu[placed]
    current = np.full(n, UNMATCHED, np.int64)  # score that each mentee has, as the mentee sees it
    current[placed] = mentee_view[placed, mentors]
    lowest = np.full(m, np.iinfo(np.int64).max)  # of the mentees at each mentor; -1: a free slot
    np.minimum.at(lowest, mentors, mentor_view[placed, mentors].astype(np.int64))
    lowest[np.bincount(mentors, minlength=m) < plan.capacity] = -1
    judged = _judged(table, plan)
    pairs = mentees = 0
    for lo in range(0, n, BATCH):
        rows = slice(lo, lo + BATCH)
        blocking = (judged[rows] >= 0) & (mentee_view[rows] > current[rows, None])
        blocking &= mentor_view[rows] > lowest
        pairs += int(blocking.sum())
        mentees += int(blocking.any(axis=1).sum())
    return BlockingPairs(pairs, mentees)


def _judged(table: ScoreTable, plan: Plan) -> Ints:
    """Scores with rejected pairs and those below the minimum score as -1."""
    scores = table.S.copy()
    if plan.min_score is not None:
        scores[scores < plan.min_score] = FORBIDDEN
    for i, j in plan.rules.forbids:
        scores[i, j] = FORBIDDEN
    for i, j in plan.rules.pins:
        scores[i, j] = table.S[i, j]
    return scores


def _wishes_effect(table: ScoreTable, plan: Plan) -> WishesEffect | None:
    if not table.points_of("wishes").any():
        return None
    without = table.without("wishes")
    other = solve(without, plan.capacity, plan.rules)
    placed = np.flatnonzero(plan.mu >= 0)
    points = int(without.S[placed, plan.mu[placed]].sum(dtype=np.int64))
    return WishesEffect(
        reassigned=int((other.mu != plan.mu).sum()),
        pairs=plan.pairs - other.pairs,
        points=other.total - points,
    )
