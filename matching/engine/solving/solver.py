"""The best plan from scratch: one assignment over slots, dual prices, and an independent check."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from matching.engine.problem.arrays import Ints
from matching.engine.problem.rules import Rules, check, checked_capacity
from matching.engine.problem.score_table import ScoreTable
from matching.engine.solving import min_score_search
from matching.engine.solving.duals import find_prices
from matching.engine.solving.objective import effective_scores, objective_for
from matching.engine.solving.plan import Plan, input_hash
from matching.engine.solving.residual import Residual
from matching.engine.solving.sparse_solver import solve_sparse
from matching.engine.solving.verification import verify

BATCH = 128


def solve(
    table: ScoreTable, capacity: ArrayLike, rules: Rules | None = None, prior: Plan | None = None
) -> Plan:
    """Return the best plan for these scores, capacities and decisions, with its certificate.

    capacity: (M,) whole numbers. prior: the current plan; each of its pairs counts
    `rules.stability_bonus` points more. Equal input gives equal output. Raises InfeasibleRules
    naming every contradiction, ValueError for capacities or scores that make no sense.

    Method: with B = `Objective.pair_weight`, maximise the sum of B + s over pairs, by
    `scipy.optimize.linear_sum_assignment` (Kuhn 1955; Jonker, Volgenant 1987; Crouse 2016) on one
    column per slot, where a forbidden pair costs as much as no pair; large pools by
    `sparse_solver`.
    """
    rules = Rules() if rules is None else rules
    capacity = checked_capacity(table, capacity)
    check(table, capacity, rules)
    kept = _prior(table, prior)
    scores = effective_scores(table, rules, rules.min_score, kept)
    state = Residual(scores, capacity, objective_for(table, rules), rules.pins)
    if not solve_sparse(state):
        solve_dense(state)
        find_prices(state)
    min_score = rules.min_score
    if rules.budget:
        min_score = min_score_search.raise_min_score(state, table, rules, kept)
    return plan_of(state, table, rules, kept, min_score, proven=True)


def _prior(table: ScoreTable, prior: Plan | None) -> Ints | None:
    if prior is None:
        return None
    if len(prior.mu) != table.shape[0] or prior.mu.max(initial=-1) >= table.shape[1]:
        raise ValueError("the prior plan is about other people; map it to this table's rows first")
    return np.asarray(prior.mu)


def solve_dense(state: Residual) -> None:
    """Assign every movable mentee optimally; the prices are not set."""
    from scipy.optimize import linear_sum_assignment  # slow to import: only matching needs it

    free = np.flatnonzero(~state.pinned)
    slot_mentor = np.repeat(np.arange(state.M), state.open_slots())
    cost = np.empty((len(free), len(slot_mentor)))
    for lo in range(0, len(free), BATCH):
        scores = state.scores[free[lo : lo + BATCH]]
        batch = np.multiply(scores, -state.objective.point_weight)
        batch -= state.objective.pair_weight
        batch *= scores >= 0
        np.take(batch, slot_mentor, axis=1, out=cost[lo : lo + BATCH], mode="clip")
    rows, columns = linear_sum_assignment(cost)
    gained = cost[rows, columns] < 0
    state.mu[free] = state.unmatched
    state.mu[free[rows[gained]]] = slot_mentor[columns[gained]]
    state.rebuild_index()


def plan_of(
    state: Residual,
    table: ScoreTable,
    rules: Rules,
    prior: Ints | None,
    min_score: int | None,
    *,
    proven: bool,
) -> Plan:
    """Return the state as a plan.

    prior: (N,) mentors in the prior plan. `proven` runs the independent check; without it the
    certificate is False.
    """
    mu = state.assignment
    capacity = state.capacity[:-1].copy()
    placed = np.flatnonzero(mu >= 0)
    plan = Plan(
        mu=mu,
        u=state.mentee_prices(),
        v=state.v[:-1].copy(),
        pairs=len(placed),
        total=int(table.S[placed, mu[placed]].sum(dtype=np.int64)),
        certificate=False,
        input_hash=input_hash(table, capacity, rules, prior),
        capacity=capacity,
        rules=rules,
        prior=None if prior is None else prior.copy(),
        min_score=min_score,
    )
    if proven and verify(table, capacity, rules, plan):
        object.__setattr__(plan, "certificate", True)
    return plan
