"""What the committee decides in a round, one step at a time: pin, turn down, leave out, choose, swap.

1. Every step is an entry in the minutes with its cost, and can be taken back (`undoing`).
2. Who acts on a row that somebody else has changed meanwhile is told so and changes nothing.
3. A change to a round in review or approved takes it back to draft and stops a scheduled release.
4. What is turned down, left out or set aside needs a written reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from applications.models import Application

from ..models import KeepApart, Proposal, Round, RoundEntry
from ..recusal import ViewerContext
from ..storage.solver_state import Decisions
from .conflict_messages import conflict_message
from .plan_updates import (
    check_may_change,
    decisions_diff,
    load_plan,
    retry_on_conflict,
    save_change,
    solve_with,
)

Kind = RoundEntry.Kind
Scope = Proposal.Scope
NEEDS_REASON = {Kind.REJECT, Kind.EXCLUDE}


@dataclass(frozen=True)
class RoundDecision:
    """One decision. `mentee`, `mentor` and `other` (a second mentee, for a swap) are ids of applications."""

    kind: str
    mentee: int
    mentor: int | None = None
    other: int | None = None
    scope: str = Scope.PAIR
    why: str = ""

    @property
    def named(self) -> set[int]:
        return {pk for pk in (self.mentee, self.mentor, self.other) if pk is not None}

    @property
    def mentees(self) -> set[int]:
        return {pk for pk in (self.mentee, self.other) if pk is not None}


def apply_decision(
    decisions: Decisions, decision: RoundDecision, mates: dict[int, int | None]
) -> Decisions:
    """The decisions once `decision` is taken. Raises Refused when the step makes no sense."""
    pair = (decision.mentee, decision.mentor)
    others = tuple(pin for pin in decisions.pins if pin[0] != decision.mentee)
    allowed = tuple(one for one in decisions.forbids if one != pair)
    match decision.kind:
        case Kind.PIN | Kind.CHOOSE:
            return replace(
                decisions,
                pins=(*others, pair),
                forbids=allowed,
                excluded=decisions.excluded - {decision.mentee},
            )
        case Kind.UNPIN:
            return replace(decisions, pins=tuple(pin for pin in decisions.pins if pin != pair))
        case Kind.REJECT:
            kept = tuple(pin for pin in decisions.pins if pin != pair)
            return replace(decisions, pins=kept, forbids=(*allowed, pair))
        case Kind.ALLOW:
            return replace(decisions, forbids=allowed)
        case Kind.EXCLUDE:
            return replace(decisions, pins=others, excluded=decisions.excluded | {decision.mentee})
        case Kind.INCLUDE:
            return replace(decisions, excluded=decisions.excluded - {decision.mentee})
        case Kind.SWAP:
            return _swapped(decisions, decision, mates)
    raise ValueError(f"no such step: {decision.kind}")


def _swapped(
    decisions: Decisions, decision: RoundDecision, mates: dict[int, int | None]
) -> Decisions:
    mine, theirs = mates.get(decision.mentee), mates.get(decision.other or 0)
    if mine is None or theirs is None or mine == theirs:
        raise ActionNotAllowed(_("Two people can only swap when each of them has another mentor."))
    swapped = {(decision.mentee, theirs), (decision.other, mine)}
    rest = {pin for pin in decisions.pins if pin[0] not in decision.mentees}
    return replace(
        decisions, pins=tuple(rest | swapped), forbids=tuple(set(decisions.forbids) - swapped)
    )


def decide(
    round_: Round,
    decision: RoundDecision,
    *,
    by: Any,
    expected_version: int,
    at: datetime | None = None,
) -> RoundEntry:
    """Take `decision`, and write who moved and what it cost. `expected_version` is the plan version that the member looked at.

    Raises Refused for the wrong person or state, a missing reason, a conflict of interest of the member, a row that somebody else
    has changed since, or decisions that contradict each other.
    """
    if decision.kind in NEEDS_REASON and not decision.why.strip():
        raise ActionNotAllowed(_("Please write a short reason. It goes into the minutes."))

    def attempt(fresh: Round) -> RoundEntry:
        check_may_change(fresh, by)
        viewer = ViewerContext.of(fresh, by)
        viewer.refuse_if_conflicted(decision.named)
        refuse_if_stale(fresh, decision.mentees, expected_version, by)
        solver, was = load_plan(fresh)
        stored, now = solver.packed_plan, apply_decision(was, decision, solver.mates())
        change = solve_with(solver, was, now)
        viewer.refuse_if_conflicted(change.touched)
        entry = RoundEntry(
            round=fresh, kind=decision.kind, by=by, at=at or timezone.now(), why=decision.why.strip(),
            mentee_id=decision.mentee, mentor_id=decision.mentor, plan_before=stored,
            facts={"diff": decisions_diff(was, now), "scope": decision.scope if decision.kind == Kind.REJECT else "", "other": decision.other},
        )  # fmt: skip
        return save_change(
            fresh,
            solver,
            was,
            now,
            change,
            entry,
            decision.mentees,
            on_write=lambda: _keep_apart(fresh, decision, entry),
        )

    return retry_on_conflict(round_, attempt)


def _keep_apart(round_: Round, decision: RoundDecision, entry: RoundEntry) -> None:
    """ "Never" is a rule for every round to come, too."""
    if decision.kind != Kind.REJECT or decision.scope != Scope.NEVER:
        return
    people = Application.objects.filter(pk__in=[decision.mentee, decision.mentor]).values_list(
        "person", flat=True
    )
    first, second = sorted(people)
    kept, made = KeepApart.system.get_or_create(
        program=round_.program, first_id=first, second_id=second, kind=KeepApart.Kind.KEEP_APART, until=None,
        defaults={"reason": decision.why, "by": entry.by, "since": timezone.localdate(entry.at)},
    )  # fmt: skip
    if made:
        entry.facts["keep_apart"] = kept.pk


def refuse_if_stale(round_: Round, mentees: set[int], expected_version: int, by: Any) -> None:
    """Two members on the same row: the later one is told what the earlier one did."""
    if round_.plan_version <= expected_version:
        return
    rows = Proposal.system.filter(round=round_, mentee__in=mentees)
    newest = max((row.changed_in for row in rows), default=0)
    if newest <= expected_version:
        return
    entries = RoundEntry.system.filter(round=round_, version=newest)
    entry = entries.select_related("by").first()
    if entry is None or entry.by_id == by.pk:
        return
    raise ActionNotAllowed(conflict_message(round_, entry, rows.in_plan(), expected_version, by))
