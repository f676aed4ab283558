"""Several pairs pinned or unpinned in one go, and all of that taken back.

1. Each stays a decision of its own: an entry in the minutes with its price, which can be taken back alone.
2. They are written together or not at all, and share a mark, so that "Undo last change" takes back all of them.
3. The plan is read and written once, however many pairs were selected.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.exceptions import ActionNotAllowed

from ..models import Round, RoundEntry
from ..recusal import ViewerContext
from ..storage.serialization import unpack_plan
from ..storage.solver_state import Decisions, SolverState
from .decisions import Kind, RoundDecision, apply_decision, refuse_if_stale
from .minutes import entry_text_for
from .plan_updates import (
    PlanChange,
    change_since,
    check_may_change,
    claim_version,
    decisions_diff,
    load_plan,
    plan_of,
    retry_on_conflict,
    revert_diff,
    solve_with,
)
from .proposal_rows import replace_some
from .undo import is_latest, undo_decision


def decide_batch(
    round_: Round, round_decisions: Sequence[RoundDecision], *, by: Any, expected_version: int
) -> RoundEntry:
    """Take all steps (pins, or pins taken away) or none; returns the last entry. Raises Refused as `decide` does."""
    mark = get_random_string(8)

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
            facts = {"diff": decisions_diff(was, now), "scope": "", "other": None, "batch": mark}
            entry = RoundEntry(
                kind=decision.kind,
                mentee_id=decision.mentee,
                mentor_id=decision.mentor,
                plan_before=stored,
            )
            entries.append(_filled(entry, viewer, change, facts))
        return _write(fresh, solver, now, entries)

    return retry_on_conflict(round_, attempt)


def undo_batch(entry: RoundEntry, *, by: Any) -> RoundEntry:
    """Take back `entry` and what was decided in one go with it, the last first; returns the last entry that this made.
    Raises Refused as `undo_decision` does."""
    if len(_batch_of(entry)) < 2:
        return undo_decision(entry, by=by)

    def attempt(fresh: Round) -> RoundEntry:
        check_may_change(fresh, by)
        viewer = ViewerContext.of(fresh, by)
        taken = _batch_of(entry)
        viewer.refuse_if_conflicted(
            {pk for done in taken for pk in (done.mentee_id, done.mentor_id)}
        )
        solver, now = load_plan(fresh)
        exactly, entries = is_latest(taken[0]), []
        for done in taken:
            stored, was = solver.packed_plan, now
            now = revert_diff(was, done.facts["diff"])
            change = _restored(solver, done) if exactly else solve_with(solver, was, now)
            undo = RoundEntry(
                kind=Kind.UNDO,
                mentee_id=done.mentee_id,
                mentor_id=done.mentor_id,
                plan_before=stored,
            )
            entries.append(_filled(undo, viewer, change, {"of": done.version, "kind": done.kind}))
        return _write(fresh, solver, now, entries, undone=[done.pk for done in taken])

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


def _restored(solver: SolverState, done: RoundEntry) -> PlanChange:
    """Back to exactly the plan before an entry, after which nothing stands."""
    before, mates = plan_of(solver), solver.mates()
    solver.plan = unpack_plan(done.plan_before)
    solver.capacity = solver.plan.capacity
    return change_since(solver, before, mates)


@transaction.atomic
def _write(
    round_: Round,
    solver: SolverState,
    now: Decisions,
    entries: list[RoundEntry],
    undone: Sequence[int] = (),
) -> RoundEntry:
    """Plan, rows and entries, if the plan is still the one that was read. Raises Overtaken if it is not."""
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
            raise ActionNotAllowed(_("This has already been taken back."))
    solver.save_plan()
    rows = {moved[0] for entry in entries for moved in entry.moved} | {
        entry.mentee_id for entry in entries
    }
    replace_some(round_, solver, now, {pk for pk in rows if pk}, round_.plan_version)
    RoundEntry.system.bulk_create(entries)
    return last


def _batch_of(entry: RoundEntry) -> list[RoundEntry]:
    """What stands of the decisions that were taken in one go with this one, the last first."""
    mark = entry.facts.get("batch")
    entries = RoundEntry.system.filter(round=entry.round_id, facts__batch=mark)
    return list(entries.in_force().order_by("-version")) if mark else []


def latest_text(entry: RoundEntry | None, user: Any) -> str:
    """The newest decision in words; several taken in one go are counted."""
    count = len(_batch_of(entry)) if entry else 0
    if entry is None or count < 2:
        return entry_text_for(entry, user)
    if entry.kind == Kind.PIN:
        return ngettext(
            "pinned %(count)s pair in one go", "pinned %(count)s pairs in one go", count
        ) % {"count": count}
    return ngettext(
        "unpinned %(count)s pair in one go", "unpinned %(count)s pairs in one go", count
    ) % {"count": count}
