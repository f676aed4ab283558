"""What a minimum score costs: each higher one that loses no pair, and the best total under it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.engine.problem.score_table import ScoreTable
from matching.engine.solving import min_score_search
from matching.engine.solving.objective import effective_scores, objective_for
from matching.engine.solving.plan import Plan
from matching.engine.solving.residual import Residual


@dataclass(frozen=True)
class FrontierPoint:
    """The best plan in which no pair (pins excepted) scores below `min_score`.

    cost: points less than the plan asked about; reassigned: mentees with another mentor than in it.
    """

    min_score: int
    pairs: int
    total: int
    cost: int
    reassigned: int


def min_score_frontier(table: ScoreTable, plan: Plan) -> list[FrontierPoint]:
    """Return every minimum score that loses no pair, from the weakest pair of `plan` up.

    Each one is an exact optimum under that minimum (see `min_score_search`). [] without pairs.
    """
    scores = effective_scores(table, plan.rules, plan.min_score, plan.prior)
    state = Residual(scores, plan.capacity, objective_for(table, plan.rules), plan.rules.pins)
    state.resume(plan.mu, plan.v)
    found = []
    for min_score in min_score_search.steps(state, table):
        mu = state.assignment
        placed = np.flatnonzero(mu >= 0)
        total = int(table.S[placed, mu[placed]].sum(dtype=np.int64))
        reassigned = int((mu != plan.mu).sum())
        found.append(FrontierPoint(min_score, len(placed), total, plan.total - total, reassigned))
    return found
