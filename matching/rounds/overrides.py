"""Overrides: waive a rule for one pair, add capacity to one mentor.

Both need a written reason, are recorded in the minutes with their effect, and can be undone.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.models import Application
from matches.match_creation import capacity_of
from matches.vocabulary_text import join_words
from programs.models.policy import UNSAID_CAPACITY

from ..criteria import can_be_waived, rule_text
from ..engine import FORBIDDEN
from ..models import Override, Round, RoundEntry
from ..pool.applicant_data import current_fingerprint
from ..recusal import ViewerContext
from ..storage.solver_state import Decisions, SolverState
from .decisions import REASON_MISSING, refuse_if_stale
from .plan_updates import (
    Prepare,
    check_may_change,
    decisions_diff,
    load_plan,
    retry_on_conflict,
    save_change,
    solve_with,
)

Kind = RoundEntry.Kind


def _need_reason(why: str) -> str:
    if not why.strip():
        raise ActionNotAllowed(REASON_MISSING)
    return why.strip()


def waive_rule(
    round_: Round,
    mentee: int,
    mentor: int,
    *,
    by: User,
    expected_version: int,
    why: str,
    at: datetime | None = None,
) -> RoundEntry:
    """Waive the rules that forbid a pair, and pin it. `mentee` and `mentor` are application ids.

    Raises ActionNotAllowed as `decide` does, for a rule that can't be waived (such as a person's
    own "please not with"), and if no rule forbids the pair.
    """
    reason = _need_reason(why)

    def attempt(fresh: Round) -> RoundEntry:
        check_may_change(fresh, by)
        viewer = ViewerContext.of(fresh, by)
        viewer.refuse_if_conflicted({mentee, mentor})
        refuse_if_stale(fresh, {mentee}, expected_version, by)
        solver, was = load_plan(fresh)
        i, j = solver.row[mentee], solver.column[mentor]
        codes = _waivable(solver, i, j)
        stored = solver.packed_plan
        raw_score = int(solver.explained.raw(i, [j])[0])
        others = {pin for pin in was.pins if pin[0] != mentee}
        now = Decisions(
            pins=tuple(others | {(mentee, mentor)}),
            forbids=tuple(set(was.forbids) - {(mentee, mentor)}),
            excluded=was.excluded - {mentee},
        )
        change = solve_with(solver, was, now, lambda trial: trial.allow(i, j, raw_score))
        viewer.refuse_if_conflicted(change.touched)
        entry = RoundEntry(
            round=fresh,
            kind=Kind.WAIVE,
            by=by,
            at=at or timezone.now(),
            why=reason,
            mentee_id=mentee,
            mentor_id=mentor,
            plan_before=stored,
            facts={"diff": decisions_diff(was, now), "codes": list(codes)},
        )

        def on_write() -> None:
            Override.system.update_or_create(
                round=fresh,
                mentee_id=mentee,
                mentor_id=mentor,
                defaults={"codes": list(codes), "reason": reason, "by": by},
            )
            solver.rescore(i, j, raw_score)

        return save_change(fresh, solver, was, now, change, entry, {mentee}, on_write)

    return retry_on_conflict(round_, attempt)


def _waivable(solver: SolverState, i: int, j: int) -> tuple[str, ...]:
    """Return the rules that forbid a pair. Raises ActionNotAllowed unless all can be waived."""
    codes = solver.explained.why_not(i, j)
    if not codes:
        raise ActionNotAllowed(_("No rule forbids this pair. You can choose it directly."))
    fixed = [rule_text(code, solver.round.criteria) for code in codes if not can_be_waived(code)]
    if fixed:
        text = _("This rule can't be waived: %(rule)s.")
        raise ActionNotAllowed(text % {"rule": join_words(fixed)})
    return codes


def add_capacity(
    round_: Round,
    mentor: Application,
    *,
    by: User,
    expected_version: int,
    why: str,
    at: datetime | None = None,
) -> RoundEntry:
    """Record that a mentor has agreed to one more mentee, and let the round use the place.

    `why` says who agreed it with them. Raises ActionNotAllowed as `decide` does, and beyond the
    program's limit for one mentor.
    """
    reason = _need_reason(why)

    def attempt(fresh: Round) -> RoundEntry:
        check_may_change(fresh, by)
        viewer = ViewerContext.of(fresh, by)
        viewer.refuse_if_conflicted({mentor.pk})
        current = Application.objects.select_related("cohort__program__policy").get(pk=mentor.pk)
        before = capacity_of(current)
        current.capacity = (current.capacity or UNSAID_CAPACITY) + 1
        if capacity_of(current) == before:
            raise ActionNotAllowed(
                _("This mentor already has as many places as the program allows.")
            )
        solver, was = load_plan(fresh)
        stored, j = solver.packed_plan, solver.column[mentor.pk]
        change = solve_with(solver, was, was, lambda trial: trial.change_capacity(j, 1))
        viewer.refuse_if_conflicted(change.touched)
        entry = RoundEntry(
            round=fresh,
            kind=Kind.CAPACITY,
            by=by,
            at=at or timezone.now(),
            why=reason,
            mentor_id=mentor.pk,
            plan_before=stored,
            facts={"diff": {}},
        )
        return save_change(
            fresh,
            solver,
            was,
            was,
            change,
            entry,
            set(),
            on_write=lambda: _change_capacity(solver, mentor.pk, 1),
        )

    return retry_on_conflict(round_, attempt)


def _change_capacity(solver: SolverState, mentor: int, delta: int) -> None:
    """Change a mentor's capacity; the round then doesn't report it as a change since its run."""
    said = Coalesce("capacity", UNSAID_CAPACITY)
    Application.objects.filter(pk=mentor).update(capacity=said + delta)
    solver.acknowledged_changes[str(mentor)] = current_fingerprint(mentor)


def undo_in_engine(solver: SolverState, entry: RoundEntry) -> Prepare | None:
    """Return what to undo in the engine's copy of the plan before it is repaired."""
    if entry.kind == Kind.CAPACITY and entry.mentor_id:
        j = solver.column[entry.mentor_id]
        return lambda trial: trial.change_capacity(j, -1)
    if entry.kind == Kind.WAIVE and entry.mentee_id and entry.mentor_id:
        i = solver.row[entry.mentee_id]
        row = np.array(solver.table.S[i])
        row[solver.column[entry.mentor_id]] = FORBIDDEN
        return lambda trial: trial.edit(i, row)
    return None


def undo_side_effects(solver: SolverState, entry: RoundEntry) -> None:
    """Restore capacity and waived rules as they were before the entry."""
    if entry.kind == Kind.CAPACITY and entry.mentor_id:
        _change_capacity(solver, entry.mentor_id, -1)
    if entry.kind == Kind.WAIVE and entry.mentee_id and entry.mentor_id:
        waived = Override.system.filter(
            round=solver.round, mentee=entry.mentee_id, mentor=entry.mentor_id
        )
        waived.delete()
        solver.rescore(solver.row[entry.mentee_id], solver.column[entry.mentor_id], FORBIDDEN)
