"""Undo a decision."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User

from ..models import KeepApart, Round, RoundEntry
from ..recusal import ViewerContext
from ..storage.solver_state import Decisions, SolverState
from . import overrides
from .plan_updates import (
    PlanChange,
    check_may_change,
    load_plan,
    restore_plan,
    retry_on_conflict,
    revert_diff,
    save_change,
    solve_with,
)

Kind = RoundEntry.Kind
ALREADY_UNDONE = gettext_lazy("This has already been undone.")


def undo_decision(entry: RoundEntry, *, by: User, at: datetime | None = None) -> RoundEntry:
    """Undo one decision; return the entry of the minutes that says so.

    Undoing the latest one restores the plan before it exactly; for an earlier one the engine finds
    the best plan without it. Raises ActionNotAllowed as `decide` does, and if it is undone already.
    """

    def attempt(fresh: Round) -> RoundEntry:
        check_may_change(fresh, by)
        viewer = ViewerContext.of(fresh, by)
        undone = RoundEntry.system.get(pk=entry.pk)
        if not undone.can_be_undone:
            raise ActionNotAllowed(ALREADY_UNDONE)
        moved = {pk for move in undone.moved for pk in move}
        viewer.refuse_if_conflicted({undone.mentee_id, undone.mentor_id, *moved})
        solver, was = load_plan(fresh)
        now, stored = revert_diff(was, undone.facts.get("diff", {})), solver.packed_plan
        change = _solve_without(solver, undone, was, now)
        viewer.refuse_if_conflicted(change.touched)
        undo = RoundEntry(
            round=fresh,
            kind=Kind.UNDO,
            by=by,
            at=at or timezone.now(),
            mentee_id=undone.mentee_id,
            mentor_id=undone.mentor_id,
            plan_before=stored,
            facts={"of": undone.version, "kind": undone.kind},
        )
        named = {pk for pk in (undone.mentee_id, undone.facts.get("other")) if pk}

        def on_write() -> None:
            _mark_undone(solver, undone, undo)

        return save_change(fresh, solver, was, now, change, undo, named, on_write)

    return retry_on_conflict(entry.round, attempt)


def _solve_without(
    solver: SolverState, entry: RoundEntry, was: Decisions, now: Decisions
) -> PlanChange:
    if is_latest(entry):
        return restore_plan(solver, entry)
    return solve_with(solver, was, now, overrides.undo_in_engine(solver, entry))


def is_latest(entry: RoundEntry) -> bool:
    """Return whether the plan before `entry` is the one to restore.

    It is unless a later decision is in force, or an earlier decision was undone since.
    """
    later = RoundEntry.system.filter(round=entry.round_id, version__gt=entry.version)
    if later.in_force().exists():
        return False
    return all(undo.facts["of"] > entry.version for undo in later.filter(kind=Kind.UNDO))


def _mark_undone(solver: SolverState, entry: RoundEntry, undo: RoundEntry) -> None:
    """Mark the entry, once, and undo what it changed outside the plan."""
    in_force = RoundEntry.system.filter(pk=entry.pk, undone_at=None)
    if not in_force.update(undone_at=undo.at, undone_by=undo.by):
        raise ActionNotAllowed(ALREADY_UNDONE)
    overrides.undo_side_effects(solver, entry)
    if "keep_apart" in entry.facts:
        today = timezone.localdate(undo.at)
        kept = KeepApart.system.filter(pk=entry.facts["keep_apart"], until=None)
        kept.filter(since__lt=today).update(until=today)
        kept.filter(since__gte=today).delete()  # it was in force for no day
