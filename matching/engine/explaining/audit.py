"""A plan in figures that a committee can answer for, and that somebody else can check."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.engine.problem.arrays import Ints
from matching.engine.problem.score_table import ScoreTable
from matching.engine.solving.objective import Loss, objective_for
from matching.engine.solving.plan import Plan
from matching.engine.solving.solver import solve

BATCH = 256
SHOWN = 20


@dataclass(frozen=True)
class BlockingPairs:
    """Pairs outside the plan who would both rather have each other (Gale and Shapley 1962): how many, how many mentees
    are in one, and the pairs in which both gain most. The best total cannot avoid them; the committee may pin one."""

    pairs: int
    mentees: int
    strongest: list[tuple[int, int]]


@dataclass(frozen=True)
class Cutoff:
    """A mentor whose places are all taken: the lowest score that got one, and what one seat here is worth."""

    mentor: int
    lowest: int
    slot_price: Loss


@dataclass(frozen=True)
class RanksEffect:
    """What the ranked wishes changed: mentees with another mentor than without wishes, and pairs won or lost. Without
    wishes the rest of the score would be `points` higher."""

    reassigned: int
    pairs: int
    points: int


@dataclass(frozen=True)
class Audit:
    """coverage: placed share of all mentees, 0..1. mean, p10, worst: scores of the pairs (None without pairs; p10 is
    the score that a tenth of the pairs do not exceed). forced: mentees whose mentor is the only one open to them."""

    mentees: int
    mentors: int
    capacity: int
    pairs: int
    coverage: float
    mean: float | None
    p10: int | None
    worst: int | None
    unmatched: list[int]
    forced: list[int]
    blocking: BlockingPairs
    cutoffs: list[Cutoff]
    ranks_effect: RanksEffect | None


def audit(
    table: ScoreTable, plan: Plan, views: tuple[Ints, Ints] | None = None, *, ranks: bool = True
) -> Audit:
    """Figures of a plan. views: how mentees and mentors see each pair, (N, M) each, default `table.views()`;
    ranks=False saves the second solve that tells what wishes changed."""
    placed = np.flatnonzero(plan.mu >= 0)
    points = np.sort(table.S[placed, plan.mu[placed]].astype(np.int64))
    n, m = table.shape
    open_to = ((_judged(table, plan) >= 0) & (plan.capacity > 0)).sum(axis=1)
    return Audit(
        mentees=n,
        mentors=m,
        capacity=int(plan.capacity.sum()),
        pairs=plan.pairs,
        coverage=plan.pairs / n if n else 1.0,
        mean=float(points.mean()) if len(points) else None,
        p10=int(points[(len(points) - 1) // 10]) if len(points) else None,
        worst=int(points[0]) if len(points) else None,
        unmatched=np.flatnonzero(plan.mu < 0).tolist(),
        forced=placed[open_to[placed] == 1].tolist(),
        blocking=blocking(table, plan, table.views() if views is None else views),
        cutoffs=_cutoffs(table, plan),
        ranks_effect=_ranks_effect(table, plan) if ranks else None,
    )


def blocking(table: ScoreTable, plan: Plan, views: tuple[Ints, Ints]) -> BlockingPairs:
    """Blocking pairs under the two sides' views. An unmatched mentee takes any open mentor, a free place any mentee."""
    mine, theirs = views
    n, m = table.shape
    rows, placed = np.arange(n), np.flatnonzero(plan.mu >= 0)
    have = np.full(n, -1, np.int64)
    have[placed] = mine[placed, plan.mu[placed]]
    worst = np.full(m, np.iinfo(np.int64).max)
    np.minimum.at(worst, plan.mu[placed], theirs[placed, plan.mu[placed]].astype(np.int64))
    worst[np.bincount(plan.mu[placed], minlength=m) < plan.capacity] = -1
    judged = _judged(table, plan)
    found: list[tuple[int, int, int]] = []
    count = mentees = 0
    for lo in range(0, n, BATCH):
        batch = rows[lo : lo + BATCH]
        both = (
            (judged[batch] >= 0) & (mine[batch] > have[batch, None]) & (theirs[batch] > worst[None])
        )
        count += int(both.sum())
        mentees += int(both.any(axis=1).sum())
        i, j = np.nonzero(both)
        gain = np.minimum(mine[batch[i], j] - have[batch[i]], theirs[batch[i], j] - worst[j])
        best = np.argsort(-gain, kind="stable")[:SHOWN]
        found += zip((-gain[best]).tolist(), batch[i[best]].tolist(), j[best].tolist(), strict=True)
    return BlockingPairs(count, mentees, [(i, j) for _, i, j in sorted(found)[:SHOWN]])


def _judged(table: ScoreTable, plan: Plan) -> Ints:
    """Scores with rejections and floor of the plan as -1."""
    scores = table.S.copy()
    if plan.min_score is not None:
        scores[scores < plan.min_score] = -1
    for i, j in plan.rules.forbids:
        scores[i, j] = -1
    for i, j in plan.rules.pins:
        scores[i, j] = table.S[i, j]
    return scores


def _cutoffs(table: ScoreTable, plan: Plan) -> list[Cutoff]:
    objective = objective_for(table, plan.rules)
    found = []
    for j in np.flatnonzero(plan.capacity > 0).tolist():
        assigned = np.flatnonzero(plan.mu == j)
        if len(assigned) == plan.capacity[j]:
            found.append(
                Cutoff(j, int(table.S[assigned, j].min()), objective.loss(float(plan.v[j])))
            )
    return found


def _ranks_effect(table: ScoreTable, plan: Plan) -> RanksEffect | None:
    wishes = table.points_of("wishes")
    if not wishes.any():
        return None
    plain = table.without("wishes")
    other = solve(plain, plan.capacity, plan.rules)
    placed = np.flatnonzero(plan.mu >= 0)
    points = int(plain.S[placed, plan.mu[placed]].sum(dtype=np.int64))
    return RanksEffect(
        int((other.mu != plan.mu).sum()), plan.pairs - other.pairs, other.total - points
    )
