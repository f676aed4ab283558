"""Preview a decision: who would move from whom to whom, and how well each pair fits."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from programs.committee_admin import state_tone

from ..explanations.explanations import explain
from ..models import Proposal, RoundEntry
from ..recusal import ViewerContext
from ..rounds.decisions import RoundDecision, apply_decision
from ..rounds.minutes import names_of
from ..rounds.plan_updates import PlanChange, load_plan, solve_with
from ..storage.solver_state import SolverState

Pair = tuple[int, int | None]


@dataclass(frozen=True)
class Move:
    """One mentee before and after. The bands are empty in large rounds, to save time."""

    mentee: str
    was: str
    now: str
    was_fit: str = ""
    now_fit: str = ""

    @property
    def was_band(self) -> str:
        return _label(self.was_fit)

    @property
    def now_band(self) -> str:
        return _label(self.now_fit)

    @property
    def was_tone(self) -> str:
        return state_tone(self.was_fit)

    @property
    def now_tone(self) -> str:
        return state_tone(self.now_fit)


def _label(band: str) -> str:
    return str(Proposal.Band(band).label) if band else ""


def preview_decision(
    viewer: ViewerContext, decision: RoundDecision
) -> tuple[PlanChange, list[Move]]:
    """Return what a decision would change and who would move; writes nothing.

    Raises ActionNotAllowed as `decide` does.
    """
    viewer.refuse_if_conflicted(decision.named)
    solver, decisions = load_plan(viewer.round)
    change = solve_with(solver, decisions, apply_decision(decisions, decision, solver.mates()))
    viewer.refuse_if_conflicted(change.touched)
    return change, _moves(solver, change, viewer.user)


def _moves(solver: SolverState, change: PlanChange, by: User) -> list[Move]:
    names = names_of([RoundEntry(moved=[list(moved) for moved in change.moved], facts={})], by)
    fits = _fits(
        solver,
        [pair for mentee, was, now in change.moved for pair in ((mentee, was), (mentee, now))],
    )
    return [
        Move(
            names.get(mentee, ""),
            names.get(was or 0, ""),
            names.get(now or 0, ""),
            fits.get((mentee, was), ""),
            fits.get((mentee, now), ""),
        )
        for mentee, was, now in change.moved
    ]


def _fits(solver: SolverState, pairs: list[Pair]) -> dict[Pair, str]:
    known: list[Pair] = [(mentee, mentor) for mentee, mentor in pairs if mentor is not None]
    if not solver.is_small:
        return {}
    places = [(solver.row[mentee], solver.column[mentor or 0]) for mentee, mentor in known]
    return {
        pair: explanation.band
        for pair, explanation in zip(known, explain(solver, places), strict=True)
    }
