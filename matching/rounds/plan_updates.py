"""How a change to the plan of a round is played, written and repeated; what a change is stands in `deciding`.

Every change reads the stored plan, lets the engine repair it without a lock, and writes it with compare-and-set on the
plan's version. Who was overtaken reads again and repeats, so of two members who act at once both succeed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from workflow.states import move

from ..engine import InfeasibleRules, Plan, WhatIf
from ..explanations.explanation_text import infeasible_text
from ..models import Proposal, Round, RoundEntry, RoundPlan, Snapshot
from ..storage.solver_state import Decisions, SolverState
from .proposal_rows import replace_some

TRIES = 5


class ConcurrentUpdate(Exception):
    """Somebody else's change was written first; read again and repeat."""


@dataclass(frozen=True)
class PlanChange:
    """What a change does: who moves (mentee, from mentor, to mentor), and what it costs the whole round."""

    moved: list[tuple[int, int | None, int | None]]
    cost_pairs: int
    cost_points: int
    pairs: int
    total: int

    @property
    def touched(self) -> list[int | None]:
        return [pk for moved in self.moved for pk in moved]


def check_may_change(round_: Round, by: Any) -> None:
    """Raises Refused for a closed round and for anybody but a matcher or the chair."""
    if not round_.is_under_way:
        raise ActionNotAllowed(_("This round is closed. Nothing in it can be changed any more."))
    if not round_.may_be_changed_by(by):
        raise ActionNotAllowed(_("Only a matcher or the chair can change a round."))


def load_plan(round_: Round) -> tuple[SolverState, Decisions]:
    """The stored plan and the decisions behind it. Raises Refused before the first run."""
    try:
        return SolverState.load(round_), Decisions.of(round_)
    except RoundPlan.DoesNotExist:
        raise ActionNotAllowed(_("Please run the round first.")) from None


def plan_of(solver: SolverState) -> Plan:
    assert solver.plan is not None
    return solver.plan


def solve_with(
    solver: SolverState,
    was: Decisions,
    now: Decisions,
    first: Callable[[WhatIf], object] | None = None,
) -> PlanChange:
    """Find the best plan under `now`, keeping what is on the table where that costs little. Raises Refused."""
    before, mates = plan_of(solver), solver.mates()
    try:
        solver.repair(was, now, first)
    except InfeasibleRules as bad:
        raise ActionNotAllowed(
            _("This cannot be done: %(why)s.") % {"why": infeasible_text(solver, bad)}
        ) from bad
    return change_since(solver, before, mates)


def change_since(solver: SolverState, before: Plan, mates: dict[int, int | None]) -> PlanChange:
    """The difference between an earlier plan and the one on the table now."""
    now, plan = solver.mates(), plan_of(solver)
    moved = [(pk, was, now[pk]) for pk, was in mates.items() if was != now[pk]]
    return PlanChange(
        moved, before.pairs - plan.pairs, before.total - plan.total, plan.pairs, plan.total
    )


def decisions_diff(was: Decisions, now: Decisions) -> dict[str, list[Any]]:
    """What was added and what was taken away, as JSON."""

    def both(name: str) -> list[Any]:
        before, after = set(getattr(was, name)), set(getattr(now, name))
        return [sorted(after - before), sorted(before - after)]

    return {name: both(name) for name in ("pins", "forbids", "excluded")}


def revert_diff(decisions: Decisions, diff: dict[str, list[Any]]) -> Decisions:
    """Take a difference back; a mentee who has another pin since keeps that one."""
    changes: dict[str, Any] = {}
    for name, (added, removed) in diff.items():
        gone, back = (
            {one if name == "excluded" else tuple(one) for one in ones} for ones in (added, removed)
        )
        held = set(getattr(decisions, name)) - gone
        if name == "pins":
            back = {pin for pin in back if pin[0] not in {mentee for mentee, _mentor in held}}
        changes[name] = frozenset(held | back) if name == "excluded" else tuple(sorted(held | back))
    return replace(decisions, **changes)


def retry_on_conflict(round_: Round, attempt: Callable[[Round], RoundEntry]) -> RoundEntry:
    """Read, compute without a lock, write with compare-and-set; begin again when somebody was faster."""
    for number in range(TRIES):
        # The first try takes the round as the caller read it. If that is not the newest any more,
        # the compare-and-set fails and the next try reads it again.
        fresh = _read_again(round_) if number else round_
        try:
            entry = attempt(fresh)
        except (
            ConcurrentUpdate,
            Snapshot.DoesNotExist,
        ):  # the plan, or even what it rests on, was replaced meanwhile
            continue
        round_.__dict__.update(
            {name: value for name, value in fresh.__dict__.items() if not name.startswith("_")}
        )
        return entry
    raise ActionNotAllowed(
        _("Several members are changing this round right now. Please try again in a moment.")
    )


def _read_again(round_: Round) -> Round:
    rounds = Round.system.select_related("cohort__program__policy")
    return rounds.get(pk=round_.pk)


@transaction.atomic
def save_change(
    round_: Round,
    solver: SolverState,
    was: Decisions,
    decisions: Decisions,
    change: PlanChange,
    entry: RoundEntry,
    named: set[int],
    on_write: Callable[[], object] = lambda: None,
) -> RoundEntry:
    """Write plan, rows and entry if the plan is still the one that was read. Raises Overtaken if it is not."""
    claim_version(round_, solver, by=entry.by)
    entry.version, entry.moved = round_.plan_version, [list(moved) for moved in change.moved]
    entry.cost_pairs, entry.cost_points = change.cost_pairs, change.cost_points
    on_write()
    solver.save_plan()
    write_rejections(round_, was, decisions, entry)
    rows = {pk for pk, _was, _is in change.moved} | (named & solver.row.keys())
    replace_some(round_, solver, decisions, rows, round_.plan_version)
    entry.save()
    return entry


def claim_version(round_: Round, solver: SolverState, *, by: Any, **changes: Any) -> None:
    """Raise the plan version from the one that was read; back to draft if the round was further. Raises Overtaken."""
    plan = plan_of(solver)
    changes |= {
        "pairs": plan.pairs,
        "total": plan.total,
        "has_certificate": plan.certificate,
        "input_hash": plan.input_hash,
    }
    changes["plan_version"] = round_.plan_version + 1
    mine = Round.system.filter(pk=round_.pk, plan_version=round_.plan_version)
    if not mine.filter(state=round_.state).update(**changes):
        raise ConcurrentUpdate
    for name, value in changes.items():
        setattr(round_, name, value)
    if round_.state != Round.State.DRAFT:
        why = str(_("The plan was changed."))
        move(
            round_,
            Round.State.DRAFT,
            by=by,
            why=why,
            publish_at=None,
            approved_by=None,
            published_by=None,
        )


def write_rejections(
    round_: Round, was: Decisions, decisions: Decisions, entry: RoundEntry
) -> None:
    """Rows for what was turned down, and none for what is allowed again."""
    rows = Proposal.system.filter(round=round_)
    for mentee, mentor in set(was.forbids) - set(decisions.forbids):
        rows.rejected().filter(mentee=mentee, mentor=mentor).delete()
    for mentee, mentor in set(decisions.forbids) - set(was.forbids):
        # The row on the table still names this mentor; it is written anew right after this.
        rows.in_plan().filter(mentee=mentee, mentor=mentor).update(
            mentor=None, state=Proposal.State.PROPOSED
        )
        Proposal.system.create(
            round=round_, mentee_id=mentee, mentor_id=mentor, state=Proposal.State.REJECTED,
            scope=entry.facts.get("scope") or Proposal.Scope.PAIR, changed_in=round_.plan_version,
        )  # fmt: skip
