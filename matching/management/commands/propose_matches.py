"""Show the best pairs of a cohort, with reasons; nothing is written."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from applications.models import Application
from matches.vocabulary_text import Vocabulary
from matching.criteria import default_criteria
from matching.engine import UNMATCHED, Prices
from matching.explanations.explanation_text import committee_whys, fix_text, why_left_out
from matching.explanations.explanations import explain
from matching.models import Proposal, Round
from matching.pool.pool_data import build_pool
from matching.rounds.plan_updates import plan_of
from matching.rounds.proposal_rows import left_out
from matching.storage.solver_state import Decisions, SolverState
from programs.models import Cohort


class Command(BaseCommand):
    help = (
        "Show the best pairs of a cohort, with reasons, and everyone unmatched. Nothing is written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("cohort", help="short name (slug) of the cohort")
        parser.add_argument("--json", action="store_true", help="machine-readable output")

    def handle(self, *args: object, **options: object) -> None:
        cohort = (
            Cohort.objects.filter(slug=options["cohort"]).select_related("program__policy").first()
        )
        if cohort is None:
            known = ", ".join(Cohort.objects.values_list("slug", flat=True)) or "none"
            raise CommandError(f"There is no cohort {options['cohort']!r}. Known cohorts: {known}.")
        try:
            found = propose(cohort, timezone.now())
        except ActionNotAllowed as refused:
            raise CommandError(str(refused)) from refused
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False, indent=2))
        else:
            self._print(found)

    def _print(self, found: dict[str, Any]) -> None:
        for pair in found["pairs"]:
            self.stdout.write(
                f"{pair['mentee']['name']} + {pair['mentor']['name']}: "
                f"{pair['fit']}, {pair['points']} points"
            )
            for why in pair["why"]:
                self.stdout.write(f"    {why}")
        for person in found["left_out"]:
            self.stdout.write(f"{person['mentee']['name']}: no mentor. {person['why']}")
            for fix in person["fixes"]:
                self.stdout.write(f"    {fix}")
        proof = (
            "proven optimal under the program's rules"
            if found["proven_best"]
            else "NOT proven optimal"
        )
        self.stdout.write(
            f"{len(found['pairs'])} pairs of {found['mentees']} mentees and "
            f"{found['places']} places, {found['total']} points; {proof}."
        )


def propose(cohort: Cohort, at: datetime) -> dict[str, object]:
    """Return pairs with fit, points and reasons, and everyone unmatched with why.

    Raises ActionNotAllowed if one side is empty.
    """
    people = build_pool(cohort, at)
    if not people.columns["mentees"] or not people.columns["mentors"]:
        raise ActionNotAllowed(
            _("A cohort needs at least one mentee and one mentor who are ready to be matched.")
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
) -> list[dict[str, object]]:
    placed = [(i, j) for i, j in enumerate(plan_of(solver).mu.tolist()) if j != UNMATCHED]
    return [
        {
            "mentee": names[solver.mentees[i]],
            "mentor": names[solver.mentors[j]],
            "fit": str(Proposal.Band(explanation.band).label),
            "points": explanation.score,
            "parts": explanation.parts,
            "why": [
                f"{why.kind} {why.text}"
                for why in committee_whys(
                    explanation.why, explanation.cautions, vocabulary, solver.round.criteria
                )
            ],
        }
        for (i, j), explanation in zip(placed, explain(solver, placed), strict=True)
    ]


def _left_out(solver: SolverState, names: dict[int, dict[str, str]]) -> list[dict[str, object]]:
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
