"""The rows on the table of a round, made from the engine's plan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .explaining import explain
from .models import Proposal, Round
from .sitting import NOBODY, Decisions, Sitting

State = Proposal.State


def make_rows(sitting: Sitting, decisions: Decisions, mentees: Iterable[int], version: int) -> list[Proposal]:
    """Unsaved rows for these mentees (application ids), with scores, parts and reasons."""
    assert sitting.plan is not None
    wanted = [(pk, sitting.row[pk]) for pk in mentees]
    pairs = [(i, int(sitting.plan.mu[i])) for _pk, i in wanted]
    explained = iter(explain(sitting, [(i, j) for i, j in pairs if j != NOBODY]))
    return [_row(sitting, decisions, pk, j, explained, version) for (pk, _i), (_i2, j) in zip(wanted, pairs, strict=True)]


def _row(sitting: Sitting, decisions: Decisions, mentee: int, j: int, explained: Any, version: int) -> Proposal:
    mentor = sitting.mentor_at(j)
    row = Proposal(round=sitting.round, mentee_id=mentee, mentor_id=mentor, changed_in=version)
    row.sits_out = mentee in decisions.sits_out
    if mentor is None:
        row.why = left_out(sitting, mentee)
        return row
    for name, value in next(explained).fields.items():
        setattr(row, name, value)
    row.state = State.PINNED if (mentee, mentor) in decisions.pins else State.PROPOSED
    return row


def left_out(sitting: Sitting, mentee: int) -> dict[str, Any]:
    """Why nobody is proposed, as codes: how many mentors could be, and which rules stand in the way of the others."""
    i, table = sitting.row[mentee], sitting.explained
    blocked: dict[str, int] = {}
    for j in range(len(sitting.mentors)):
        for code in table.why_not(i, j):
            blocked[code] = blocked.get(code, 0) + 1
    possible = int((table.S[i] >= 0).sum())
    return {"possible": possible, "blocked": dict(sorted(blocked.items(), key=lambda rule: (-rule[1], rule[0])))}


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
