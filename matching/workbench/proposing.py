"""The best pairs of a cohort as plain facts, without opening a round: for the command line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from applications.models import Application
from matches.vocabulary import Vocabulary
from programs.models import Cohort

from ..criteria import default_criteria
from ..engine import UNMATCHED, Prices
from ..explanations.explanation_text import committee_whys, fix_text, why_left_out
from ..explanations.explanations import explain
from ..models import Proposal, Round
from ..pool.pool_data import build_pool
from ..rounds.plan_updates import plan_of
from ..rounds.proposal_rows import left_out
from ..storage.solver_state import Decisions, SolverState


def propose(cohort: Cohort, at: datetime) -> dict[str, Any]:
    """Pairs with fit, points and reasons, and everybody left out with why; nothing is written.

    Raises Refused when a side is empty.
    """
    people = build_pool(cohort, at)
    if not people.columns["mentees"] or not people.columns["mentors"]:
        raise ActionNotAllowed(
            _("Nobody to match: a cohort needs at least one mentee and one mentor who are ready.")
        )
    solver = SolverState.fresh(
        Round(cohort=cohort, criteria=default_criteria(cohort.program)), people
    )
    plan = solver.solve(Decisions())
    names = _names(solver)
    return {
        "cohort": cohort.slug,
        "mentees": len(solver.mentees),
        "mentors": len(solver.mentors),
        "places": int(plan.capacity.sum()),
        "pairs": _pairs(solver, names, Vocabulary(cohort.program)),
        "left_out": _left_out(solver, names),
        "total": plan.total,
        "proven_best": plan.certificate,
        "input_hash": plan.input_hash,
    }


def _names(solver: SolverState) -> dict[int, dict[str, str]]:
    rows = Application.objects.filter(pk__in=[*solver.mentees, *solver.mentors]).select_related(
        "person"
    )
    return {
        row.pk: {"key": row.external_key or row.person.email, "name": row.person.name}
        for row in rows
    }


def _pairs(
    solver: SolverState, names: dict[int, dict[str, str]], vocabulary: Vocabulary
) -> list[dict[str, Any]]:
    placed = [(i, j) for i, j in enumerate(plan_of(solver).mu.tolist()) if j != UNMATCHED]
    return [
        {
            "mentee": names[solver.mentees[i]],
            "mentor": names[solver.mentors[j]],
            "fit": str(Proposal.Band(said.band).label),
            "points": said.score,
            "parts": said.parts,
            "why": [
                f"{why.kind} {why.text}"
                for why in committee_whys(said.why, said.cautions, vocabulary)
            ],
        }
        for (i, j), said in zip(placed, explain(solver, placed), strict=True)
    ]


def _left_out(solver: SolverState, names: dict[int, dict[str, str]]) -> list[dict[str, Any]]:
    plan = plan_of(solver)
    left = [solver.mentees[i] for i, j in enumerate(plan.mu.tolist()) if j == UNMATCHED]
    prices = Prices(solver.table, plan) if left else None
    mentors = {pk: names[pk]["name"] for pk in solver.mentors}
    found = {pk: left_out(solver, solver.explained, pk, prices) for pk in left}
    return [
        {
            "mentee": names[pk],
            "why": why_left_out(why, mentors),
            "fixes": [fix_text(fix, mentors) for fix in why.get("fixes", [])],
        }
        for pk, why in found.items()
    ]
