"""Pin or unpin several pairs at once, and undo all of them.

1. Each stays a decision of its own: an entry with its cost, which can be undone alone.
2. All are written or none, and they share a key, so that "Undo last change" undoes all of them.
3. The plan is read and written once, however many pairs were selected.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import ngettext

from access.exceptions import ActionNotAllowed
from accounts.models import User

from ..models import Round, RoundEntry
from ..recusal import ViewerContext
from ..storage.solver_state import Decisions, SolverState
from .decisions import Kind, RoundDecision, apply_decision, refuse_if_stale
from .minutes import entry_text_for
from .plan_updates import (
    PlanChange,
    check_may_change,
    claim_version,
    decisions_diff,
    load_plan,
    restore_plan,
    retry_on_conflict,
    revert_diff,
    solve_with,
)
from .proposal_rows import replace_some
from .undo import ALREADY_UNDONE, is_latest, undo_decision


def decide_batch(
    round_: Round, round_decisions: Sequence[RoundDecision], *, by: User, expected_version: int
) -> RoundEntry:
    """Take all decisions (pins, or unpins) or none; return the last entry of the minutes.

    Raises ActionNotAllowed as `decide` does.
    """
    batch = get_random_string(8)

    def attempt(fresh: Round) -> RoundEntry:
        check_may_change(fresh, by)
        viewer = ViewerContext.of(fresh, by)
        viewer.refuse_if_conflicted({pk for decision in round_decisions for pk in decision.named})
        refuse_if_stale(
            fresh, {decision.mentee for decision in round_decisions}, expected_version, by
        )
        solver, now = load_plan(fresh)
        entries = []
        for decision in round_decisions:
            stored, was = solver.packed_plan, now
            now = apply_decision(was, decision, solver.mates())
            change = solve_with(solver, was, now)
            facts = {"diff": decisions_diff(was, now), "scope": "", "other": None, "batch": batch}
            entry = RoundEntry(
                kind=decision.kind,
                mentee_id=decision.mentee,
                mentor_id=decision.mentor,
                plan_before=stored,
            )
            entries.append(_filled(entry, viewer, change, facts))
        return _write(fresh, solver, now, entries)

    return retry_on_conflict(round_, attempt)


def undo_batch(entry: RoundEntry, *, by: User) -> RoundEntry:
    """Undo `entry` and the decisions taken at once with it; return the last new entry.

    Raises ActionNotAllowed as `undo_decision` does.
    """
    if len(_batch_of(entry)) < 2:
        return undo_decision(entry, by=by)

    def attempt(fresh: Round) -> RoundEntry:
        check_may_change(fresh, by)
        viewer = ViewerContext.of(fresh, by)
        undone = _batch_of(entry)
        viewer.refuse_if_conflicted({pk for one in undone for pk in (one.mentee_id, one.mentor_id)})
        solver, now = load_plan(fresh)
        can_restore, entries = is_latest(undone[0]), []
        for one in undone:
            stored, was = solver.packed_plan, now
            now = revert_diff(was, one.facts["diff"])
            change = restore_plan(solver, one) if can_restore else solve_with(solver, was, now)
            undo = RoundEntry(
                kind=Kind.UNDO,
                mentee_id=one.mentee_id,
                mentor_id=one.mentor_id,
                plan_before=stored,
            )
            entries.append(_filled(undo, viewer, change, {"of": one.version, "kind": one.kind}))
        return _write(fresh, solver, now, entries, undone=[one.pk for one in undone])

    return retry_on_conflict(entry.round, attempt)


def _filled(
    entry: RoundEntry, viewer: ViewerContext, change: PlanChange, facts: dict[str, Any]
) -> RoundEntry:
    viewer.refuse_if_conflicted(change.touched)
    entry.round, entry.by = viewer.round, viewer.user
    entry.at, entry.facts = timezone.now(), facts
    entry.moved = [list(moved) for moved in change.moved]
    entry.cost_pairs, entry.cost_points = change.cost_pairs, change.cost_points
    return entry


@transaction.atomic
def _write(
    round_: Round,
    solver: SolverState,
    now: Decisions,
    entries: list[RoundEntry],
    undone: Sequence[int] = (),
) -> RoundEntry:
    """Write the plan, its rows and the entries; return the last one. Raises ConcurrentUpdate."""
    first, last = round_.plan_version + 1, entries[-1]
    claim_version(round_, solver, by=last.by)
    if len(entries) > 1:  # each entry has a plan version of its own
        mine = Round.system.filter(pk=round_.pk)
        mine.update(plan_version=F("plan_version") + len(entries) - 1)
        round_.plan_version += len(entries) - 1
    for version, entry in enumerate(entries, first):
        entry.version = version
    if undone:
        open_ = RoundEntry.system.filter(pk__in=undone, undone_at=None)
        if open_.update(undone_at=last.at, undone_by=last.by) != len(undone):
            raise ActionNotAllowed(ALREADY_UNDONE)
    solver.save_plan()
    moved = {move[0] for entry in entries for move in entry.moved}
    named = {entry.mentee_id for entry in entries if entry.mentee_id}
    replace_some(round_, solver, now, moved | named, round_.plan_version)
    RoundEntry.system.bulk_create(entries)
    return last


def _batch_of(entry: RoundEntry) -> list[RoundEntry]:
    """Return the decisions in force that were taken at once with this one, the last first."""
    batch = entry.facts.get("batch")
    if not batch:
        return []
    entries = RoundEntry.system.filter(round=entry.round_id, facts__batch=batch)
    return list(entries.in_force().order_by("-version"))


def latest_text(entry: RoundEntry | None, user: User) -> str:
    """Describe the latest decision; several taken at once are counted."""
    count = len(_batch_of(entry)) if entry else 0
    if entry is None or count < 2:
        return entry_text_for(entry, user)
    if entry.kind == Kind.PIN:
        text = ngettext("pinned %(count)s pair", "pinned %(count)s pairs", count)
    else:
        text = ngettext("unpinned %(count)s pair", "unpinned %(count)s pairs", count)
    return text % {"count": count}
