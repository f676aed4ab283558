"""Figures of a plan for the minutes and the weakest-pair page: coverage, the weak end, and what raising it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..engine import Audit, audit, min_score_frontier
from ..models import Round, RoundPlan
from ..storage.solver_state import Decisions, SolverState
from .plan_updates import plan_of

SHOWN = 8


def figures_of(round_: Round) -> Audit | None:
    """Coverage, mean, weakest tenth, forced pairs, blocking pairs; None before the first run."""
    try:
        solver = SolverState.load(round_)
    except RoundPlan.DoesNotExist:
        return None
    return audit(
        solver.working_explained(Decisions.of(round_)),
        plan_of(solver),
        with_wishes_effect=solver.is_small,
    )


@dataclass(frozen=True)
class MinScoreStep:
    """One row of the table: with this floor the weakest pair has so many points, at this cost."""

    min_score: int
    pairs: int
    total: int
    cost: int
    moved: int
    is_now: bool


def weakest_steps(round_: Round) -> list[MinScoreStep]:
    """How far the weakest pair can be raised without losing a pair, and what each step costs; thinned to a short table."""
    solver, decisions = SolverState.load(round_), Decisions.of(round_)
    found = min_score_frontier(solver.working(decisions), plan_of(solver))
    steps = [
        MinScoreStep(f.min_score, f.pairs, f.total, f.cost, f.reassigned, n == 0)
        for n, f in enumerate(found)
    ]
    return thin(steps, SHOWN)


def thin(steps: list[Any], most: int) -> list[Any]:
    """At most `most` of the steps: first, last, and evenly between."""
    if len(steps) <= most:
        return steps
    picked = sorted({round(n * (len(steps) - 1) / (most - 1)) for n in range(most)})
    return [steps[n] for n in picked]
