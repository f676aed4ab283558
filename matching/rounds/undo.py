"""Taking a decision back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed

from ..models import KeepApart, Round, RoundEntry
from ..recusal import ViewerContext
from ..storage.serialization import unpack_plan
from ..storage.solver_state import Decisions, SolverState
from . import overrides
from .plan_updates import (
    PlanChange,
    change_since,
    check_may_change,
    load_plan,
    plan_of,
    retry_on_conflict,
    revert_diff,
    save_change,
    solve_with,
)

Kind = RoundEntry.Kind


def undo_decision(entry: RoundEntry, *, by: Any, at: datetime | None = None) -> RoundEntry:
    """Undo one decision. The last one restores the plan before it exactly; an earlier one lets the engine find the
    best plan without it. Raises Refused for a second time, the wrong person, and a conflict of interest of the member."""

    def attempt(fresh: Round) -> RoundEntry:
        check_may_change(fresh, by)
        viewer = ViewerContext.of(fresh, by)
        done = RoundEntry.system.get(pk=entry.pk)
        if not done.can_be_undone:
            raise ActionNotAllowed(_("This has already been taken back."))
        moved = {pk for step in done.moved for pk in step}
        viewer.refuse_if_conflicted({done.mentee_id, done.mentor_id, *moved})
        solver, was = load_plan(fresh)
        now, stored = revert_diff(was, done.facts.get("diff", {})), solver.packed_plan
        change = _back(solver, done, was, now)
        viewer.refuse_if_conflicted(change.touched)
        undo = RoundEntry(
            round=fresh, kind=Kind.UNDO, by=by, at=at or timezone.now(), mentee_id=done.mentee_id,
            mentor_id=done.mentor_id, plan_before=stored, facts={"of": done.version, "kind": done.kind},
        )  # fmt: skip
        named = {pk for pk in (done.mentee_id, done.facts.get("other")) if pk}
        return save_change(
            fresh, solver, was, now, change, undo, named, on_write=lambda: _mark(solver, done, undo)
        )

    return retry_on_conflict(entry.round, attempt)


def _back(solver: SolverState, done: RoundEntry, was: Decisions, now: Decisions) -> PlanChange:
    first: Callable[..., Any] | None = overrides.undo_in_engine(solver, done)
    if not is_latest(done):
        return solve_with(solver, was, now, first)
    before, mates = plan_of(solver), solver.mates()
    solver.plan = unpack_plan(done.plan_before)
    solver.capacity = solver.plan.capacity
    return change_since(solver, before, mates)


def is_latest(entry: RoundEntry) -> bool:
    """Whether the plan before this entry is the one to go back to: nothing that stands came after it, and nothing
    before it was taken back since."""
    later = RoundEntry.system.filter(round=entry.round_id, version__gt=entry.version)
    if later.in_force().exists():
        return False
    return all(undo.facts["of"] > entry.version for undo in later.filter(kind=Kind.UNDO))


def _mark(solver: SolverState, done: RoundEntry, undo: RoundEntry) -> None:
    """Mark as taken back, once, and take back what was changed beside the plan."""
    entries = RoundEntry.system.filter(pk=done.pk, undone_at=None)
    if not entries.update(undone_at=undo.at, undone_by=undo.by):
        raise ActionNotAllowed(_("This has already been taken back."))
    overrides.undo_side_effects(solver, done)
    if "keep_apart" in done.facts:
        today = timezone.localdate(undo.at)
        kept = KeepApart.system.filter(pk=done.facts["keep_apart"], until=None)
        kept.filter(since__lt=today).update(until=today)
        kept.filter(since__gte=today).delete()
