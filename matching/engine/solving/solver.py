"""The best plan from scratch: one assignment over seats, seat prices that prove it, and a check by other code."""

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
    """The best plan for this table, these places and these decisions, with its certificate.

    seats: (M,) whole numbers. prior: the plan on the table; each of its pairs is worth `rules.stickiness` points more.
    Raises BadRules naming everything that contradicts, ValueError for seats or scores that make no sense.
    Equal input gives equal output. Method: with B = `worth.pair`, maximise the sum of B + s over pairs by
    `scipy.optimize.linear_sum_assignment` on one column per seat, forbidden pairs costing as much as no pair.
    """
    rules = Rules() if rules is None else rules
    capacity = checked_capacity(table, capacity)
    check(table, capacity, rules)
    kept = _prior(table, prior)
    state = Residual(
        effective_scores(table, rules, rules.min_score, kept),
        capacity,
        objective_for(table, rules),
        rules.pins,
    )
    if not solve_sparse(state):
        assign(state)
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


def assign(state: Residual) -> None:
    """Seat every movable mentee optimally; prices are not set."""
    from scipy.optimize import (
        linear_sum_assignment,
    )  # a second to load: only processes that match pay it

    free = np.flatnonzero(~state.pinned)
    slot_mentor = np.repeat(np.arange(state.M), state.open_slots())
    cost = np.empty((len(free), len(slot_mentor)))
    for lo in range(0, len(free), BATCH):
        scores = state.scores[free[lo : lo + BATCH]]
        batch = np.multiply(scores, -state.objective.point)
        batch -= state.objective.pair
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
    """The state as a plan; `proven` runs the independent check (otherwise the certificate is False)."""
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
