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
from matches.match_creation import places_of
from matches.vocabulary import listed

from ..criteria import OVERRIDABLE, rule_words
from ..engine import WhatIf
from ..models import Override, Round, RoundEntry
from ..pool.applicant_data import fingerprint_now
from ..recusal import refuse_if_near
from ..storage.solver_state import NOBODY, SolverState
from .decisions import refuse_if_stale
from .plan_updates import check_may_change, difference, play, read, repeat, write

Kind = RoundEntry.Kind


def _need_reason(why: str) -> str:
    if not why.strip():
        raise ActionNotAllowed(_("Please write a short reason. It goes into the minutes."))
    return why.strip()


def set_aside(
    round_: Round,
    mentee: int,
    mentor: int,
    *,
    by: Any,
    seen: int,
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
        refuse_if_near(by, {mentee, mentor}, fresh)
        refuse_if_stale(fresh, {mentee}, seen, by)
        sitting, was = read(fresh)
        i, j = sitting.row[mentee], sitting.column[mentor]
        codes = _liftable(sitting, i, j)
        stored = sitting.packed_plan
        lifted = int(sitting.explained.raw(i, [j])[0])
        others = {pin for pin in was.pins if pin[0] != mentee}
        now = type(was)(
            tuple(others | {(mentee, mentor)}),
            tuple(set(was.forbids) - {(mentee, mentor)}),
            was.sits_out - {mentee},
        )
        outcome = play(sitting, was, now, lambda trial: trial.allow(i, j, lifted))
        refuse_if_near(by, outcome.touched, fresh)
        entry = RoundEntry(
            round=fresh, kind=Kind.OVERRIDE, by=by, at=at or timezone.now(), why=reason, mentee_id=mentee,
            mentor_id=mentor, plan_before=stored, facts={"diff": difference(was, now), "codes": list(codes)},
        )  # fmt: skip

        def also() -> None:
            Override.system.update_or_create(
                round=fresh,
                mentee_id=mentee,
                mentor_id=mentor,
                defaults={"codes": list(codes), "reason": reason, "by": by},
            )
            sitting.rescore(i, j, lifted)

        return write(fresh, sitting, was, now, outcome, entry, {mentee}, also)

    return repeat(round_, attempt)


def _liftable(sitting: SolverState, i: int, j: int) -> tuple[str, ...]:
    codes: tuple[str, ...] = sitting.explained.why_not(i, j)
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
            % {"rule": listed(rule_words(code) for code in fixed)}
        )
    return codes


def agree_place(
    round_: Round, mentor: Application, *, by: Any, seen: int, why: str, at: datetime | None = None
) -> RoundEntry:
    """Write down that a mentor takes one mentee more, and let the round use the place.

    `why` says who agreed it with them. Raises Refused beyond what the program allows one mentor.
    """
    reason = _need_reason(why)

    def attempt(fresh: Round) -> RoundEntry:
        check_may_change(fresh, by)
        refuse_if_near(by, {mentor.pk}, fresh)
        current = Application.objects.select_related("cohort__program__policy").get(pk=mentor.pk)
        before = places_of(current)
        current.capacity += 1
        if places_of(current) == before:
            raise ActionNotAllowed(_("The program's policy gives this mentor no further place."))
        sitting, was = read(fresh)
        stored, j = sitting.packed_plan, sitting.column[mentor.pk]
        outcome = play(sitting, was, was, lambda trial: trial.change_capacity(j, 1))
        refuse_if_near(by, outcome.touched, fresh)
        entry = RoundEntry(
            round=fresh, kind=Kind.PLACE, by=by, at=at or timezone.now(), why=reason, mentor_id=mentor.pk,
            plan_before=stored, facts={"diff": {}},
        )  # fmt: skip
        return write(
            fresh,
            sitting,
            was,
            was,
            outcome,
            entry,
            set(),
            also=lambda: _change_capacity(sitting, mentor.pk, 1),
        )

    return repeat(round_, attempt)


def _change_capacity(sitting: SolverState, mentor: int, delta: int) -> None:
    """The round knows of this change, so it is no news to it."""
    Application.objects.filter(pk=mentor).update(capacity=F("capacity") + delta)
    sitting.known[str(mentor)] = fingerprint_now(mentor)


def take_back_first(sitting: SolverState, done: RoundEntry) -> Callable[[WhatIf], object] | None:
    """What the engine does first when this entry is taken back."""
    if done.kind == Kind.PLACE:
        j = sitting.column[done.mentor_id]
        return lambda trial: trial.change_capacity(j, -1)
    if done.kind == Kind.OVERRIDE:
        i, row = _closed_row(sitting, done)
        return lambda trial: trial.edit(i, row)
    return None


def _closed_row(sitting: SolverState, done: RoundEntry) -> tuple[int, Any]:
    i = sitting.row[done.mentee_id]
    row = np.array(sitting.table.S[i])
    row[sitting.column[done.mentor_id]] = NOBODY
    return i, row


def take_back_beside(sitting: SolverState, done: RoundEntry) -> None:
    """Capacity and overrides as they were before this entry."""
    if done.kind == Kind.PLACE and done.mentor_id:
        _change_capacity(sitting, done.mentor_id, -1)
    if done.kind == Kind.OVERRIDE:
        gone = {"round": sitting.round, "mentee": done.mentee_id, "mentor": done.mentor_id}
        Override.system.filter(**gone).delete()
        sitting.rescore(sitting.row[done.mentee_id], sitting.column[done.mentor_id], NOBODY)
