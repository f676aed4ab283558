"""What it costs to leave nobody with a poor match: each higher floor, and the best total under it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.engine.problem.score_table import ScoreTable
from matching.engine.solving import min_score_search
from matching.engine.solving.objective import working_scores, worth_of
from matching.engine.solving.plan import Plan
from matching.engine.solving.residual import Residual


@dataclass(frozen=True)
class Floor:
    """The best plan in which no pair (pins excepted) scores below `floor`: its pairs, its total, the points that the
    floor costs against the plan asked about, and how many mentees have another mentor than in that plan."""

    floor: int
    pairs: int
    total: int
    cost: int
    moved: int


def frontier(table: ScoreTable, plan: Plan) -> list[Floor]:
    """Every floor that can be had without losing a pair, from the weakest pair of `plan` up; [] without pairs."""
    scores = working_scores(table, plan.rules, plan.floor, plan.prior)
    state = Residual(scores, plan.seats, worth_of(table, plan.rules), plan.rules.pins)
    state.resume(plan.mu, plan.v)
    found = []
    for floor in min_score_search.steps(state, table):
        mu = state.assignment
        placed = np.flatnonzero(mu >= 0)
        total = int(table.S[placed, mu[placed]].sum(dtype=np.int64))
        moved = int((mu != plan.mu).sum())
        found.append(Floor(floor, len(placed), total, plan.total - total, moved))
    return found
