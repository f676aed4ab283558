"""Checks a plan from first principles. Shares no code with the solver and trusts only the numbers.

The plan claims a proof by weak duality: with prices u >= 0 of mentees and v >= 0 of slots such that
u[i] + v[j] is at least the weight of every allowed pair, no plan can weigh more than
sum(u) + sum(capacity * v). If the plan weighs exactly that much, no plan is better. All arithmetic
is in 64-bit integers.
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
    """Return True when the plan keeps every rule and is proven best.

    Best under these scores, capacities (M,), pins, rejections, minimum score and stability bonus.
    False for anything else, including a plan whose prices are missing or of the wrong size.
    """
    slots = np.asarray(capacity).astype(np.int64)
    if not _has_right_shape(table, slots, plan) or not _settings_agree(rules, plan):
        return False
    mu = np.asarray(plan.mu)
    placed = np.flatnonzero(mu >= 0)
    if (np.bincount(mu[placed], minlength=len(slots)) > slots).any():
        return False
    if any(mu[i] != j for i, j in rules.pins):
        return False
    if plan.pairs != len(placed) or plan.total != sum(int(table.S[i, mu[i]]) for i in placed):
        return False
    return _is_best(table, slots, rules, plan)


def _has_right_shape(table: ScoreTable, slots: Ints, plan: Plan) -> bool:
    n, m = table.shape
    mu = np.asarray(plan.mu)
    shapes = mu.shape, np.shape(plan.u), np.shape(plan.v), slots.shape
    return shapes == ((n,), (n,), (m,), (m,)) and not ((mu < -1) | (mu >= m)).any()


def _settings_agree(rules: Rules, plan: Plan) -> bool:
    if rules.budget == 0 or plan.min_score is None:
        return plan.min_score == rules.min_score
    return plan.min_score >= (rules.min_score or 0)


def _is_best(table: ScoreTable, slots: Ints, rules: Rules, plan: Plan) -> bool:
    u, v = _whole(plan.u), _whole(plan.v)
    if u is None or v is None or (u < 0).any() or (v < 0).any():
        return False
    pinned, free_slots = np.zeros(len(u), np.bool_), slots.copy()
    for i, j in rules.pins:
        if table.S[i, j] < 0:
            return False
        pinned[i] = True
        free_slots[j] -= 1
    weight = _weight_of_free_pairs(table, rules, plan, u, v, pinned)
    bound = sum(int(price) for price in u[~pinned])
    bound += sum(int(count) * int(price) for count, price in zip(free_slots, v, strict=True))
    return weight == bound


def _weight_of_free_pairs(
    table: ScoreTable, rules: Rules, plan: Plan, u: Ints, v: Ints, pinned: Bools
) -> int | None:
    """Weight of all pairs without a pin; None if a pair is forbidden or outweighs its prices."""
    pair_weight, point_weight = _weights(table, rules)
    mu, weight = np.asarray(plan.mu), 0
    for lo in range(0, len(mu), BATCH):
        rows = np.arange(lo, min(lo + BATCH, len(mu)))
        value, allowed = _judged(table, rules, plan, rows)
        value *= point_weight
        value += pair_weight
        free = ~pinned[rows]
        better = u[rows, None] + v < value
        better &= allowed
        if better[free].any():
            return None
        here = np.flatnonzero((mu[rows] >= 0) & free)
        if not allowed[here, mu[rows[here]]].all():
            return None
        weight += int(value[here, mu[rows[here]]].sum())
    return weight


def _whole(prices: ArrayLike) -> Ints | None:
    """Prices as integers; None if they are not whole or too large to be added up."""
    numbers = np.asarray(prices, dtype=np.float64)
    is_whole = np.isfinite(numbers).all() and (numbers == np.floor(numbers)).all()
    if not is_whole or (abs(numbers) > LIMIT / 4).any():
        return None
    return numbers.astype(np.int64)


def _weights(table: ScoreTable, rules: Rules) -> tuple[int, int]:
    """(weight of a pair, weight of a point).

    Any weights under which one pair outweighs all points ("most"), or one point all pairs
    ("best"), express the objective; these are the ones in which the plan states its prices.
    """
    n = table.shape[0]
    if rules.objective == "most":
        highest = max(10_000, int(table.S.max(initial=0))) + rules.stability_bonus
        return 1 + 2 * n * highest, 1
    return 1, 2 * n + 2


def _judged(table: ScoreTable, rules: Rules, plan: Plan, rows: Ints) -> tuple[Ints, Bools]:
    """Scores with the stability bonus, and which pairs are allowed, for these mentees."""
    score = table.S[rows].astype(np.int64)
    allowed = score >= (0 if plan.min_score is None else max(plan.min_score, 0))
    for i, j in rules.forbids:
        if rows[0] <= i <= rows[-1]:
            allowed[i - rows[0], j] = False
    if plan.prior is not None:
        stays = np.flatnonzero(np.asarray(plan.prior)[rows] >= 0)
        score[stays, np.asarray(plan.prior)[rows[stays]]] += rules.stability_bonus
    return score, allowed
