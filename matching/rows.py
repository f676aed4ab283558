"""The rows on the table of a round, made from the engine's plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .engine import Crowded, NoMentor, Priced, Prices, ScoreTable, why_unmatched
from .explaining import explain
from .models import Proposal, Round
from .sitting import NOBODY, Decisions, Sitting

State = Proposal.State
EXPLAINED = 60_000  # people left out x mentors that are looked at for a full explanation


def make_rows(sitting: Sitting, decisions: Decisions, mentees: Iterable[int], version: int) -> list[Proposal]:
    """Unsaved rows for these mentees (application ids), with scores, parts and reasons."""
    assert sitting.plan is not None
    wanted = [(pk, sitting.row[pk]) for pk in mentees]
    pairs = [(i, int(sitting.plan.mu[i])) for _pk, i in wanted]
    explained = iter(explain(sitting, [(i, j) for i, j in pairs if j != NOBODY]))
    return [
        _row(sitting, decisions, pk, j, explained, version) for (pk, _i), (_i2, j) in zip(wanted, pairs, strict=True)
    ]


def _row(sitting: Sitting, decisions: Decisions, mentee: int, j: int, explained: Any, version: int) -> Proposal:
    mentor = sitting.mentor_at(j)
    row = Proposal(round=sitting.round, mentee_id=mentee, mentor_id=mentor, changed_in=version)
    row.sits_out = mentee in decisions.sits_out
    if mentor is None:
        return row
    for name, value in next(explained).fields.items():
        setattr(row, name, value)
    row.state = State.PINNED if (mentee, mentor) in decisions.pins else State.PROPOSED
    return row


def left_out(sitting: Sitting, table: ScoreTable, mentee: int, prices: Prices | None) -> dict[str, Any]:
    """Why nobody is proposed, as codes. Without `prices` (very large rounds) the short form only.

    kind "none": every mentor is closed, `blocked` {rule: mentors}, `nearest` [[mentor, rules, score]].
    kind "crowded": `mentees` people can only go to `mentors` mentors, who have `places` places between them.
    kind "priced": a place could be had with `mentor`, for `lost` [pairs, points].
    `fixes` [[what, mentor, rules, pairs, points]]: one change each, and what it brings to the whole round.
    """
    i, plan = sitting.row[mentee], sitting.plan
    assert plan is not None
    if prices is None:
        return {"kind": "crowded" if (table.S[i] >= 0).any() else "none"}
    return as_codes(why_unmatched(table, plan, i, prices), sitting.mentors)


def as_codes(found: NoMentor | Crowded | Priced, mentors: Sequence[int]) -> dict[str, Any]:
    """The engine's answer with `mentors[j]` in place of position j; what `reasons.why_left_out` puts into words."""
    fixes = [[fix.kind, mentors[fix.mentor], list(fix.codes), fix.gain.pairs, fix.gain.points] for fix in found.fixes]
    match found:
        case NoMentor(rules=rules, nearest=nearest):
            close = [[mentors[miss.mentor], list(miss.codes), miss.score] for miss in nearest[:3]]
            return {"kind": "none", "blocked": rules, "nearest": close, "fixes": fixes}
        case Crowded(mentees=crowd, mentors=open_to, seats=seats):
            return {"kind": "crowded", "mentees": len(crowd), "mentors": len(open_to), "places": seats, "fixes": fixes}
    lost = [found.loss.pairs, found.loss.points]
    return {"kind": "priced", "mentor": mentors[found.mentor], "lost": lost, "fixes": fixes}


def _prices_for(sitting: Sitting, table: ScoreTable, left: int) -> Prices | None:
    """Prices for explaining `left` people; None where that would keep the page waiting."""
    assert sitting.plan is not None
    return Prices(table, sitting.plan) if left * len(sitting.mentors) <= EXPLAINED else None


def explain_left_out(round_: Round, sitting: Sitting, decisions: Decisions) -> None:
    """Bring up to date why people are left out; a decision about others may have changed it."""
    if not sitting.is_small:
        return
    rows = list(Proposal.objects.unscoped("the plan changed").filter(round=round_).left_out())
    if not rows:
        return
    table = sitting.working_explained(decisions)
    prices = _prices_for(sitting, table, len(rows))
    for row in rows:
        row.why = left_out(sitting, table, row.mentee_id, prices)
    Proposal.objects.unscoped("the plan changed").bulk_update(rows, ["why"], batch_size=200)


def price_rows(round_: Round, sitting: Sitting, decisions: Decisions) -> None:
    """Write down for every pair what the round would lose without it; pins are not priced."""
    assert sitting.plan is not None
    mu, prices = sitting.plan.mu, Prices(sitting.working(decisions), sitting.plan)
    others = prices.matrix.copy()
    others[np.arange(len(mu)), mu] = np.inf  # column -1 of somebody left out is "stays out"
    pairs, points = prices.split(others.min(axis=1))
    rows = list(Proposal.objects.unscoped("prices for the minutes").filter(round=round_).paired())
    for row in rows:
        i = sitting.row[row.mentee_id]
        known = pairs[i] >= 0 and row.state == State.PROPOSED
        row.price_pairs, row.price_points = (int(pairs[i]), int(points[i])) if known else (None, None)
    Proposal.objects.unscoped("prices for the minutes").bulk_update(
        rows, ["price_pairs", "price_points"], batch_size=200
    )


def replace_all(round_: Round, sitting: Sitting, decisions: Decisions, version: int) -> None:
    """Write every row anew after a run; what was turned down stays."""
    table = Proposal.objects.unscoped("the round was run").filter(round=round_).on_the_table()
    before = dict(table.values_list("mentee", "mentor"))
    rows = make_rows(sitting, decisions, sitting.mentees, version)
    for row in rows:
        row.before_id = before.get(row.mentee_id)
        row.is_changed = bool(before) and row.before_id != row.mentor_id
    table.delete()
    Proposal.objects.unscoped("the round was run").bulk_create(rows, batch_size=500)
    explain_left_out(round_, sitting, decisions)


def replace_some(round_: Round, sitting: Sitting, decisions: Decisions, mentees: set[int], version: int) -> None:
    """Write the rows of these mentees anew after a decision."""
    table = Proposal.objects.unscoped("a decision moved them").filter(round=round_, mentee__in=mentees).on_the_table()
    before = {row.mentee_id: row for row in table}
    rows = make_rows(sitting, decisions, sorted(mentees), version)
    for row in rows:
        was = before[row.mentee_id]
        row.pk, row.public_id = was.pk, was.public_id
        row.before_id = was.before_id
        row.is_changed = row.before_id != row.mentor_id if round_.draft > 1 else False
    for row in rows:
        row.save(force_update=True)
    explain_left_out(round_, sitting, decisions)
