"""Where the committee bends what the round was given: a hard rule set aside for one pair, one more place at a mentor.

Both need a written reason, both stand in the minutes with what they brought, and both can be taken back.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from applications.models import Application
from matches.match_creation import capacity_of
from matches.vocabulary import join_words

from ..criteria import OVERRIDABLE, rule_text
from ..engine import UNMATCHED, WhatIf
from ..models import Override, Round, RoundEntry
from ..pool.applicant_data import current_fingerprint
from ..recusal import ViewerContext
from ..storage.solver_state import SolverState
from .decisions import refuse_if_stale
from .plan_updates import (
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
        raise ActionNotAllowed(_("Please write a short reason. It goes into the minutes."))
    return why.strip()


def waive_rule(
    round_: Round,
    mentee: int,
    mentor: int,
    *,
    by: Any,
    expected_version: int,
    why: str,
    at: datetime | None = None,
) -> RoundEntry:
    """Set the rules aside that stand between two people, and pin the pair.

    Raises Refused for a rule that is never set aside (somebody's own "please not with", not being ready), or when no
    rule stands in the way.
    """
    reason = _need_reason(why)

    def attempt(fresh: Round) -> RoundEntry:
        check_may_change(fresh, by)
        viewer = ViewerContext.of(fresh, by)
        viewer.refuse_if_conflicted({mentee, mentor})
        refuse_if_stale(fresh, {mentee}, expected_version, by)
        solver, was = load_plan(fresh)
        i, j = solver.row[mentee], solver.column[mentor]
        codes = _liftable(solver, i, j)
        stored = solver.packed_plan
        raw_score = int(solver.explained.raw(i, [j])[0])
        others = {pin for pin in was.pins if pin[0] != mentee}
        now = type(was)(
            tuple(others | {(mentee, mentor)}),
            tuple(set(was.forbids) - {(mentee, mentor)}),
            was.excluded - {mentee},
        )
        change = solve_with(solver, was, now, lambda trial: trial.allow(i, j, raw_score))
        viewer.refuse_if_conflicted(change.touched)
        entry = RoundEntry(
            round=fresh, kind=Kind.WAIVE, by=by, at=at or timezone.now(), why=reason, mentee_id=mentee,
            mentor_id=mentor, plan_before=stored, facts={"diff": decisions_diff(was, now), "codes": list(codes)},
        )  # fmt: skip

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


def _liftable(solver: SolverState, i: int, j: int) -> tuple[str, ...]:
    codes: tuple[str, ...] = solver.explained.why_not(i, j)
    if not codes:
        raise ActionNotAllowed(_("No rule stands between these two. Simply choose the pair."))
    fixed = [
        code
        for code in codes
        if code.removesuffix("_unknown") not in OVERRIDABLE or code == "both_ways"
    ]
    if fixed:
        raise ActionNotAllowed(
            _("This rule is never set aside: %(rule)s.")
            % {"rule": join_words(rule_text(code) for code in fixed)}
        )
    return codes


def add_capacity(
    round_: Round,
    mentor: Application,
    *,
    by: Any,
    expected_version: int,
    why: str,
    at: datetime | None = None,
) -> RoundEntry:
    """Write down that a mentor takes one mentee more, and let the round use the place.

    `why` says who agreed it with them. Raises Refused beyond what the program allows one mentor.
    """
    reason = _need_reason(why)

    def attempt(fresh: Round) -> RoundEntry:
        check_may_change(fresh, by)
        viewer = ViewerContext.of(fresh, by)
        viewer.refuse_if_conflicted({mentor.pk})
        current = Application.objects.select_related("cohort__program__policy").get(pk=mentor.pk)
        before = capacity_of(current)
        current.capacity += 1
        if capacity_of(current) == before:
            raise ActionNotAllowed(_("The program's policy gives this mentor no further place."))
        solver, was = load_plan(fresh)
        stored, j = solver.packed_plan, solver.column[mentor.pk]
        change = solve_with(solver, was, was, lambda trial: trial.change_capacity(j, 1))
        viewer.refuse_if_conflicted(change.touched)
        entry = RoundEntry(
            round=fresh, kind=Kind.CAPACITY, by=by, at=at or timezone.now(), why=reason, mentor_id=mentor.pk,
            plan_before=stored, facts={"diff": {}},
        )  # fmt: skip
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
    """The round knows of this change, so it is no news to it."""
    Application.objects.filter(pk=mentor).update(capacity=F("capacity") + delta)
    solver.acknowledged_changes[str(mentor)] = current_fingerprint(mentor)


def undo_in_engine(solver: SolverState, done: RoundEntry) -> Callable[[WhatIf], object] | None:
    """What the engine does first when this entry is taken back."""
    if done.kind == Kind.CAPACITY:
        j = solver.column[done.mentor_id]
        return lambda trial: trial.change_capacity(j, -1)
    if done.kind == Kind.WAIVE:
        i, row = _closed_row(solver, done)
        return lambda trial: trial.edit(i, row)
    return None


def _closed_row(solver: SolverState, done: RoundEntry) -> tuple[int, Any]:
    i = solver.row[done.mentee_id]
    row = np.array(solver.table.S[i])
    row[solver.column[done.mentor_id]] = UNMATCHED
    return i, row


def undo_side_effects(solver: SolverState, done: RoundEntry) -> None:
    """Capacity and overrides as they were before this entry."""
    if done.kind == Kind.CAPACITY and done.mentor_id:
        _change_capacity(solver, done.mentor_id, -1)
    if done.kind == Kind.WAIVE:
        gone = {"round": solver.round, "mentee": done.mentee_id, "mentor": done.mentor_id}
        Override.system.filter(**gone).delete()
        solver.rescore(solver.row[done.mentee_id], solver.column[done.mentor_id], UNMATCHED)
