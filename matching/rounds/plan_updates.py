"""Load, re-solve and save the plan of a round; what a change means is in `decisions`.

Every change reads the stored plan, lets the engine repair it without a lock, and writes it with
compare-and-set on the plan's version. If another change was written first, it reads again and
repeats, so of two members who act at the same time both succeed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from workflow.states import move

from ..engine import InfeasibleRules, Plan, WhatIf
from ..explanations.explanation_text import infeasible_text
from ..models import Proposal, Round, RoundEntry, RoundPlan, Snapshot
from ..storage.serialization import unpack_plan
from ..storage.solver_state import Decisions, SolverState
from .proposal_rows import replace_some

TRIES = 5

Mates = dict[int, int | None]  # {mentee: mentor}, as application ids
Move = tuple[int, int | None, int | None]  # (mentee, mentor before, mentor after)
Diff = dict[str, list[Any]]  # Any: JSON, [added, removed] for each kind of decision
Prepare = Callable[[WhatIf], object]  # done to the engine's copy of the plan before it is repaired


NOT_PROVEN = gettext_lazy(
    "This plan is not proven optimal under its rules. Please run the round again."
)


class ConcurrentUpdate(Exception):
    """Another change was written first; read again and repeat."""


@dataclass(frozen=True)
class PlanChange:
    """What a change does to the plan, and what it costs the whole round.

    moved: (mentee, mentor before, mentor after) as application ids. Negative costs are gains.
    """

    moved: list[Move]
    cost_pairs: int
    cost_points: int
    pairs: int
    total: int

    @property
    def touched(self) -> list[int | None]:
        """Everyone who moves, and the mentors they move from and to."""
        return [pk for moved in self.moved for pk in moved]


def check_may_change(round_: Round, by: User) -> None:
    """Raise ActionNotAllowed for a closed round and for anyone but a matcher or chair."""
    if not round_.is_under_way:
        raise ActionNotAllowed(_("This round is closed and can't be changed any more."))
    if not round_.may_be_changed_by(by):
        raise ActionNotAllowed(_("Only a matcher or chair can change a round."))


def load_plan(round_: Round) -> tuple[SolverState, Decisions]:
    """Return the stored plan and its decisions. Raises ActionNotAllowed before the first run."""
    try:
        return SolverState.load(round_), Decisions.of(round_)
    except RoundPlan.DoesNotExist:
        raise ActionNotAllowed(_("Run the round first.")) from None


def load_proven_plan(round_: Round) -> tuple[SolverState, Decisions]:
    """Return the stored plan and its decisions, verified independently of the solver.

    Stores the result on the round. Raises ActionNotAllowed if the plan is not proven optimal.
    """
    solver, decisions = load_plan(round_)
    proven = solver.prove(decisions)
    same_plan = Round.system.filter(pk=round_.pk, plan_version=round_.plan_version)
    same_plan.update(has_certificate=proven)
    round_.has_certificate = proven
    if not proven:
        raise ActionNotAllowed(NOT_PROVEN)
    return solver, decisions


def plan_of(solver: SolverState) -> Plan:
    """Return the solver's plan, which exists once a round was run."""
    assert solver.plan is not None
    return solver.plan


def solve_with(
    solver: SolverState,
    was: Decisions,
    now: Decisions,
    prepare: Prepare | None = None,
) -> PlanChange:
    """Repair the plan for the decisions `now`; current pairs are kept where that costs little.

    Raises ActionNotAllowed if the decisions contradict each other or a rule.
    """
    before, mates = plan_of(solver), solver.mates()
    try:
        solver.repair(was, now, prepare)
    except InfeasibleRules as bad:
        raise ActionNotAllowed(
            _("This is not possible: %(why)s.") % {"why": infeasible_text(solver, bad)}
        ) from bad
    return change_since(solver, before, mates)


def restore_plan(solver: SolverState, entry: RoundEntry) -> PlanChange:
    """Go back to exactly the plan before `entry`; nothing after it may be in force."""
    before, mates = plan_of(solver), solver.mates()
    solver.plan = unpack_plan(entry.plan_before)
    solver.capacity = solver.plan.capacity
    return change_since(solver, before, mates)


def change_since(solver: SolverState, before: Plan, mates: Mates) -> PlanChange:
    """Return the difference between an earlier plan and the current one."""
    now, plan = solver.mates(), plan_of(solver)
    moved = [(pk, was, now[pk]) for pk, was in mates.items() if was != now[pk]]
    return PlanChange(
        moved, before.pairs - plan.pairs, before.total - plan.total, plan.pairs, plan.total
    )


def decisions_diff(was: Decisions, now: Decisions) -> Diff:
    """Return {kind of decision: [added, removed]} as JSON."""

    def both(name: str) -> list[object]:
        before, after = set(getattr(was, name)), set(getattr(now, name))
        return [sorted(after - before), sorted(before - after)]

    return {name: both(name) for name in ("pins", "forbids", "excluded")}


def revert_diff(decisions: Decisions, diff: Diff) -> Decisions:
    """Undo a diff. A mentee who has been pinned to someone else since keeps that pin."""
    changes: dict[str, Any] = {}
    for name, (added, removed) in diff.items():
        if name == "excluded":
            changes[name] = (decisions.excluded - set(added)) | set(removed)
            continue
        kept = set(getattr(decisions, name)) - {tuple(pair) for pair in added}
        restored = {tuple(pair) for pair in removed}
        if name == "pins":
            pinned = {mentee for mentee, _mentor in kept}
            restored = {pin for pin in restored if pin[0] not in pinned}
        changes[name] = tuple(sorted(kept | restored))
    return replace(decisions, **changes)


def retry_on_conflict(
    round_: Round, attempt: Callable[[Round], RoundEntry], *, reread: bool = False
) -> RoundEntry:
    """Call `attempt` until no other change is written in between; `round_` then has the new values.

    The first try takes the round as the caller read it, unless `reread`. If that is stale, the
    compare-and-set fails and the next try reads it again. Raises ActionNotAllowed after TRIES.
    """
    for number in range(TRIES):
        fresh = _reread(round_) if reread or number else round_
        try:
            entry = attempt(fresh)
        except (ConcurrentUpdate, Snapshot.DoesNotExist):  # a new run replaces the snapshot, too
            continue
        new_values = {
            name: value for name, value in fresh.__dict__.items() if not name.startswith("_")
        }
        round_.__dict__.update(new_values)
        return entry
    raise ActionNotAllowed(
        _("Other members are changing this round right now. Please try again in a moment.")
    )


def _reread(round_: Round) -> Round:
    return Round.system.select_related("cohort__program__policy").get(pk=round_.pk)


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
    """Write the plan, its rows and the entry of the minutes.

    `named` are mentees whose rows change besides those who move; `on_write` runs in the same
    transaction. Raises ConcurrentUpdate if the plan is no longer the one that was read.
    """
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


def claim_version(round_: Round, solver: SolverState, *, by: User | None, **fields: object) -> None:
    """Raise the plan version by one, if it is still the one that was read; set `fields` with it.

    A round in review or approved goes back to draft. Raises ConcurrentUpdate.
    """
    plan = plan_of(solver)
    changes = fields | {
        "pairs": plan.pairs,
        "total": plan.total,
        "has_certificate": plan.certificate,
        "input_hash": plan.input_hash,
        "plan_version": round_.plan_version + 1,
    }
    mine = Round.system.filter(pk=round_.pk, plan_version=round_.plan_version)
    if not mine.filter(state=round_.state).update(**changes):
        raise ConcurrentUpdate
    for name, value in changes.items():
        setattr(round_, name, value)
    if round_.state != Round.State.DRAFT:
        back_to_draft(round_, by=by, why=str(_("The plan was changed.")))


def back_to_draft(round_: Round, *, by: User | None, why: str, at: datetime | None = None) -> None:
    """Move a round back to draft; its approval and scheduled publication no longer count."""
    move(
        round_,
        Round.State.DRAFT,
        by=by,
        at=at,
        why=why,
        publish_at=None,
        approved_by=None,
        published_by=None,
    )


def write_rejections(
    round_: Round, was: Decisions, decisions: Decisions, entry: RoundEntry
) -> None:
    """Add rows for newly rejected pairs, and delete those of pairs that are allowed again."""
    rows = Proposal.system.filter(round=round_)
    for mentee, mentor in set(was.forbids) - set(decisions.forbids):
        rows.rejected().filter(mentee=mentee, mentor=mentor).delete()
    for mentee, mentor in set(decisions.forbids) - set(was.forbids):
        # The row in the plan still names this mentor, and a pair may have only one row.
        # `replace_some` writes it anew right after this.
        rows.in_plan().filter(mentee=mentee, mentor=mentor).update(
            mentor=None, state=Proposal.State.PROPOSED
        )
        Proposal.system.create(
            round=round_,
            mentee_id=mentee,
            mentor_id=mentor,
            state=Proposal.State.REJECTED,
            scope=entry.facts.get("scope") or Proposal.Scope.PAIR,
            changed_in=round_.plan_version,
        )
