"""The rows of a round's plan, made from the engine's plan."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Count, JSONField, Q

from ..engine import (
    UNMATCHED,
    CapacityShortage,
    NoEligibleMentor,
    Prices,
    ScoreTable,
    TooCostly,
    why_unmatched,
)
from ..explanations.explanations import explain
from ..models import Proposal, Round
from ..storage.solver_state import Decisions, SolverState

State = Proposal.State
Values = dict[str, Any]  # Any: {column: value}, of any column type
Why = dict[str, Any]  # Any: JSON of reason codes and ids, see `left_out` and `explanations`
BATCH = 500
BLANK: Values = {
    "state": State.PROPOSED,
    "scope": "",
    "is_excluded": False,
    "score": None,
    "band": "",
    "parts": {},
    "why": {},
    "cautions": [],
    "price_pairs": None,
    "price_points": None,
    "before_id": None,
    "is_changed": False,
}
as_json = json.JSONEncoder(separators=(",", ":")).encode
new_public_id = Proposal._meta.get_field("public_id").get_default
MAX_EXPLAINED = 60_000  # unmatched people x mentors that are fully explained


def make_rows(
    solver: SolverState, decisions: Decisions, mentees: Iterable[int], version: int
) -> list[Values]:
    """Return rows for these mentees (application ids), with scores, parts and reasons."""
    assert solver.plan is not None
    wanted = [(pk, solver.row[pk]) for pk in mentees]
    mentors = solver.plan.mu[[i for _pk, i in wanted]].tolist()
    explained = iter(
        explain(
            solver, [(i, j) for (_pk, i), j in zip(wanted, mentors, strict=True) if j != UNMATCHED]
        )
    )
    pinned = set(decisions.pins)
    common = {**BLANK, "round_id": solver.round.pk, "changed_in": version}
    rows = []
    for (pk, _i), j in zip(wanted, mentors, strict=True):
        row = {
            **common,
            "mentee_id": pk,
            "mentor_id": None,
            "is_excluded": pk in decisions.excluded,
        }
        if j != UNMATCHED:
            row |= {**next(explained).fields, "mentor_id": solver.mentors[j]}
            row["state"] = State.PINNED if (pk, row["mentor_id"]) in pinned else State.PROPOSED
        rows.append(row)
    return rows


def left_out(solver: SolverState, table: ScoreTable, mentee: int, prices: Prices | None) -> Why:
    """Return why a mentee is unmatched, as codes; without `prices` (large rounds) only the kind.

    kind "none": rules forbid every mentor; `blocked` {rule: mentors}, `nearest` [[mentor, rules,
    score]]. kind "crowded": `mentees` people share `mentors` possible mentors, who have `places`
    places. kind "priced": `mentor` is possible, at the cost `lost` [pairs, points].
    `fixes` [[kind, mentor, rules, pairs, points]]: single changes and what the round gains.
    """
    i, plan = solver.row[mentee], solver.plan
    assert plan is not None
    if prices is None:
        return {"kind": "crowded" if (table.S[i] >= 0).any() else "none"}
    return as_codes(why_unmatched(table, plan, i, prices), solver.mentors)


def as_codes(found: NoEligibleMentor | CapacityShortage | TooCostly, mentors: Sequence[int]) -> Why:
    """Return the engine's answer as JSON for `why_left_out`, with `mentors[j]` for column j."""
    fixes = [
        [fix.kind, mentors[fix.mentor], list(fix.codes), fix.gain.pairs, fix.gain.points]
        for fix in found.remedies
    ]
    match found:
        case NoEligibleMentor(rules=rules, nearest=nearest):
            close = [[mentors[miss.mentor], list(miss.codes), miss.score] for miss in nearest[:3]]
            return {"kind": "none", "blocked": rules, "nearest": close, "fixes": fixes}
        case CapacityShortage(mentees=crowd, mentors=open_to, capacity=places):
            return {
                "kind": "crowded",
                "mentees": len(crowd),
                "mentors": len(open_to),
                "places": places,
                "fixes": fixes,
            }
    lost = [found.loss.pairs, found.loss.points]
    return {"kind": "priced", "mentor": mentors[found.mentor], "lost": lost, "fixes": fixes}


def _prices_for(solver: SolverState, table: ScoreTable, left: int) -> Prices | None:
    """Return the prices to explain `left` people, None where that would take too long."""
    assert solver.plan is not None
    return Prices(table, solver.plan) if left * len(solver.mentors) <= MAX_EXPLAINED else None


def explain_left_out(round_: Round, solver: SolverState, decisions: Decisions) -> None:
    """Update why people are unmatched: a decision about others may have changed it."""
    if not solver.is_small:
        return
    rows = list(Proposal.system.filter(round=round_).left_out())
    if not rows:
        return
    table = solver.working_explained(decisions)
    prices = _prices_for(solver, table, len(rows))
    for row in rows:
        row.why = left_out(solver, table, row.mentee_id, prices)
    Proposal.system.bulk_update(rows, ["why"], batch_size=200)


def price_rows(round_: Round, solver: SolverState, decisions: Decisions) -> None:
    """Store for every pair what the round would lose without it; pins have no price."""
    assert solver.plan is not None
    mu, prices = solver.plan.mu, Prices(solver.working(decisions), solver.plan)
    others = prices.matrix.copy()
    others[np.arange(len(mu)), mu] = np.inf  # for mu = -1 the last column, "unmatched"
    pairs, points = prices.split(others.min(axis=1))
    rows = list(Proposal.system.filter(round=round_).paired())
    for row in rows:
        i = solver.row[row.mentee_id]
        known = pairs[i] >= 0 and row.state == State.PROPOSED
        row.price_pairs, row.price_points = (
            (int(pairs[i]), int(points[i])) if known else (None, None)
        )
    Proposal.system.bulk_update(rows, ["price_pairs", "price_points"], batch_size=200)


def replace_all(
    round_: Round,
    solver: SolverState,
    decisions: Decisions,
    version: int,
    before: dict[int, int | None],
) -> None:
    """Replace all rows of the plan after a run; rejected pairs stay.

    before: {mentee: mentor} of the previous draft.
    """
    rows = make_rows(solver, decisions, solver.mentees, version)
    for row in rows:
        row["before_id"] = before.get(row["mentee_id"])
        row["is_changed"] = bool(before) and row["before_id"] != row["mentor_id"]
    Proposal.system.filter(round=round_).in_plan().delete()
    insert(rows)
    explain_left_out(round_, solver, decisions)


def insert(rows: list[Values]) -> None:
    """Insert thousands of rows by SQL, since model instances take several times as long."""
    fields = [field for field in Proposal._meta.concrete_fields if not field.primary_key]
    name = connection.ops.quote_name
    columns = ", ".join(name(str(field.column)) for field in fields)
    into = f"INSERT INTO {name(Proposal._meta.db_table)} ({columns}) VALUES "  # noqa: S608  names of our own model
    one = f"({', '.join(['%s'] * len(fields))})"
    texts = {field.attname for field in fields if isinstance(field, JSONField)}
    order = [field.attname for field in fields]
    with connection.cursor() as cursor:
        for first in range(0, len(rows), BATCH):
            some = rows[first : first + BATCH]
            for row in some:
                row |= {
                    "public_id": new_public_id(),
                    **{text: as_json(row[text]) for text in texts},
                }
            values = [row[attname] for row in some for attname in order]
            cursor.execute(into + ", ".join([one] * len(some)), values)


def replace_some(
    round_: Round, solver: SolverState, decisions: Decisions, mentees: set[int], version: int
) -> list[Proposal]:
    """Replace the rows of these mentees after a decision, and return them."""
    table = Proposal.system.filter(round=round_, mentee__in=mentees).in_plan()
    known = {
        row["mentee_id"]: row for row in table.values("pk", "public_id", "mentee_id", "before_id")
    }
    rows = [
        Proposal(**{**row, **known[row["mentee_id"]]})
        for row in make_rows(solver, decisions, sorted(mentees), version)
    ]
    for row in rows:
        row.is_changed = row.before_id != row.mentor_id if round_.draft > 1 else False
    written = [
        field.name
        for field in Proposal._meta.concrete_fields
        if field.attname in {*BLANK, "mentor_id", "changed_in"}
    ]
    Proposal.system.bulk_create(
        rows, update_conflicts=True, unique_fields=["pk"], update_fields=written
    )
    explain_left_out(round_, solver, decisions)
    return rows


def plan_counts(rounds: list[int]) -> Mapping[int, Mapping[str, object]]:
    """Count each round's rows in one query: `people`, `proposed`, `pinned`, `unmatched`.

    The member has found the rounds; figures hold no names, so conflicts do not matter.
    """
    rows = Proposal.system.filter(round__in=rounds).in_plan()
    counted = rows.values("round").annotate(
        people=Count("pk"),
        proposed=Count("pk", filter=Q(mentor__isnull=False)),
        pinned=Count("pk", filter=Q(state=Proposal.State.PINNED)),
        unmatched=Count("pk", filter=Q(mentor=None)),
    )
    return {row["round"]: row for row in counted.order_by()}
