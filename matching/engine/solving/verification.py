"""Checks a plan from first principles. Shares no code with the solver, and trusts nothing but the plan's own claim.

The claim is a proof by weak duality: with prices u >= 0 of mentees and v >= 0 of seats such that u[i] + v[j] is at least
the weight of every allowed pair, no plan can weigh more than sum(u) + sum(places * v). If the plan weighs exactly
that much, no plan is better. All arithmetic is in 64-bit integers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from matching.engine.problem.arrays import Bools, Ints
from matching.engine.problem.rules import Rules
from matching.engine.problem.score_table import ScoreTable
from matching.engine.solving.plan import Plan

BATCH = 64
LIMIT = 2**62


def verify(table: ScoreTable, capacity: ArrayLike, rules: Rules, plan: Plan) -> bool:
    """True when the plan keeps every rule and is proven best under these scores, seats, pins, rejections, floor and
    stickiness. False for anything else, including a plan whose prices are missing or of the wrong size."""
    capacity = np.asarray(capacity).astype(np.int64)
    n, m = table.shape
    mu = np.asarray(plan.mu)
    if (
        mu.shape != (n,)
        or np.shape(plan.u) != (n,)
        or np.shape(plan.v) != (m,)
        or capacity.shape != (m,)
    ):
        return False
    if ((mu < -1) | (mu >= m)).any() or not _settings_agree(rules, plan):
        return False
    placed = np.flatnonzero(mu >= 0)
    if (np.bincount(mu[placed], minlength=m) > capacity).any():
        return False
    pinned = np.zeros(n, dtype=bool)
    for i, j in rules.pins:
        pinned[i] = True
        if mu[i] != j:
            return False
    if plan.pairs != len(placed) or plan.total != sum(int(table.S[i, mu[i]]) for i in placed):
        return False
    return _is_best(table, capacity, rules, plan, mu, pinned)


def _settings_agree(rules: Rules, plan: Plan) -> bool:
    if rules.budget == 0 or plan.min_score is None:
        return plan.min_score == rules.min_score
    return plan.min_score >= (rules.min_score or 0)


def _is_best(
    table: ScoreTable, capacity: Ints, rules: Rules, plan: Plan, mu: Ints, pinned: Bools
) -> bool:
    u, v = _whole(plan.u), _whole(plan.v)
    if u is None or v is None or (u < 0).any() or (v < 0).any():
        return False
    pair, point = _weights(table, rules)
    weight = 0
    for lo in range(0, len(mu), BATCH):
        rows = np.arange(lo, min(lo + BATCH, len(mu)))
        value, allowed = _as_judged(table, rules, plan, rows)
        value *= point
        value += pair
        free = ~pinned[rows]
        better = u[rows, None] + v < value
        better &= allowed
        if better[free].any():
            return False
        here = np.flatnonzero((mu[rows] >= 0) & free)
        if not allowed[here, mu[rows[here]]].all():
            return False
        weight += int(value[here, mu[rows[here]]].sum())
    for i, j in rules.pins:
        if table.S[i, j] < 0:
            return False
        capacity = capacity - (np.arange(len(capacity)) == j)
    bound = sum(int(x) for x in u[~pinned]) + sum(
        int(a) * int(b) for a, b in zip(capacity, v, strict=True)
    )
    return weight == bound


def _whole(prices: ArrayLike) -> Ints | None:
    numbers = np.asarray(prices, dtype=np.float64)
    if (
        not np.isfinite(numbers).all()
        or (numbers != np.floor(numbers)).any()
        or (abs(numbers) > LIMIT / 4).any()
    ):
        return None
    return numbers.astype(np.int64)


def _weights(table: ScoreTable, rules: Rules) -> tuple[int, int]:
    """Any weights under which one pair outweighs all points ("most"), or one point all pairs ("best"), express the
    objective; these are the ones in which the plan states its prices."""
    n = table.shape[0]
    if rules.objective == "most":
        return 1 + 2 * n * (max(10_000, int(table.S.max(initial=0))) + rules.stability_bonus), 1
    return 1, 2 * n + 2


def _as_judged(table: ScoreTable, rules: Rules, plan: Plan, rows: Ints) -> tuple[Ints, Bools]:
    """Scores with stickiness, and which pairs are open, for these mentees."""
    score = table.S[rows].astype(np.int64)
    allowed = score >= (0 if plan.min_score is None else max(plan.min_score, 0))
    for i, j in rules.forbids:
        if rows[0] <= i <= rows[-1]:
            allowed[i - rows[0], j] = False
    if plan.prior is not None:
        stays = np.flatnonzero(np.asarray(plan.prior)[rows] >= 0)
        score[stays, np.asarray(plan.prior)[rows[stays]]] += rules.stability_bonus
    return score, allowed
