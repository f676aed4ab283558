"""Figures of a plan, for the minutes and the page about its weakest pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from ..engine import Audit, audit, min_score_frontier
from ..models import Round, RoundPlan
from ..storage.solver_state import Decisions, SolverState
from .plan_updates import plan_of

SHOWN = 8
T = TypeVar("T")


def figures_of(round_: Round) -> Audit | None:
    """Return the figures of the current plan, None before the first run."""
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
    """A lowest score that the plan can reach, and what it costs the whole round."""

    min_score: int
    pairs: int
    total: int
    cost: int
    reassigned: int
    is_now: bool


def weakest_steps(round_: Round) -> list[MinScoreStep]:
    """Return how far the weakest pair can be raised without losing a pair, at most SHOWN steps."""
    solver, decisions = SolverState.load(round_), Decisions.of(round_)
    found = min_score_frontier(solver.working(decisions), plan_of(solver))
    steps = [
        MinScoreStep(f.min_score, f.pairs, f.total, f.cost, f.reassigned, n == 0)
        for n, f in enumerate(found)
    ]
    return thin(steps, SHOWN)


def thin(steps: list[T], most: int) -> list[T]:
    """Return at most `most` of the steps: first, last, and evenly spaced between."""
    if len(steps) <= most:
        return steps
    picked = sorted({round(n * (len(steps) - 1) / (most - 1)) for n in range(most)})
    return [steps[n] for n in picked]
