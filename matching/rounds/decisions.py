"""What the committee decides in a round: pin, reject, leave out, choose, swap.

1. Every decision is an entry in the minutes with its cost, and can be undone (`undo`).
2. A decision about a row that another member has changed meanwhile is refused, and says so.
3. A decision in a round in review or approved takes it back to draft.
4. Rejecting, leaving out and waiving a rule need a written reason.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.models import Application

from ..models import KeepApart, Proposal, Round, RoundEntry
from ..recusal import ViewerContext
from ..storage.solver_state import Decisions
from .conflict_messages import conflict_message
from .plan_updates import (
    Mates,
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
REASON_MISSING = gettext_lazy("Enter a short reason. It is saved in the minutes.")


@dataclass(frozen=True)
class RoundDecision:
    """One decision by application ids; `other` is the second mentee of a swap."""

    kind: str
    mentee: int
    mentor: int | None = None
    other: int | None = None
    scope: str = Scope.PAIR
    why: str = ""

    @property
    def named(self) -> set[int]:
        """Everyone whom the decision names."""
        return {pk for pk in (self.mentee, self.mentor, self.other) if pk is not None}

    @property
    def mentees(self) -> set[int]:
        return {pk for pk in (self.mentee, self.other) if pk is not None}


def apply_decision(decisions: Decisions, decision: RoundDecision, mates: Mates) -> Decisions:
    """Return the decisions of the round with one more. Raises ActionNotAllowed for a bad swap."""
    pair = (decision.mentee, decision.mentor or 0)
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
    raise ValueError(f"unknown decision: {decision.kind}")


def _swapped(decisions: Decisions, decision: RoundDecision, mates: Mates) -> Decisions:
    mine, theirs = mates.get(decision.mentee), mates.get(decision.other or 0)
    if mine is None or theirs is None or mine == theirs:
        raise ActionNotAllowed(_("Two mentees can only swap if they have different mentors."))
    swapped = {(decision.mentee, theirs), (decision.other or 0, mine)}
    rest = {pin for pin in decisions.pins if pin[0] not in decision.mentees}
    return replace(
        decisions, pins=tuple(rest | swapped), forbids=tuple(set(decisions.forbids) - swapped)
    )


def decide(
    round_: Round,
    decision: RoundDecision,
    *,
    by: User,
    expected_version: int,
    at: datetime | None = None,
) -> RoundEntry:
    """Take a decision and record who moved and what it cost.

    expected_version: the plan version that the member looked at. Raises ActionNotAllowed for the
    wrong person or state, a missing reason, a conflict of interest, a row that another member has
    changed since, and decisions that contradict each other.
    """
    if decision.kind in NEEDS_REASON and not decision.why.strip():
        raise ActionNotAllowed(REASON_MISSING)

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
            round=fresh,
            kind=decision.kind,
            by=by,
            at=at or timezone.now(),
            why=decision.why.strip(),
            mentee_id=decision.mentee,
            mentor_id=decision.mentor,
            plan_before=stored,
            facts={
                "diff": decisions_diff(was, now),
                "scope": decision.scope if decision.kind == Kind.REJECT else "",
                "other": decision.other,
            },
        )

        def on_write() -> None:
            if decision.kind == Kind.REJECT and decision.scope == Scope.NEVER:
                _keep_apart(fresh, decision, entry, by)

        return save_change(fresh, solver, was, now, change, entry, decision.mentees, on_write)

    return retry_on_conflict(round_, attempt)


def _keep_apart(round_: Round, decision: RoundDecision, entry: RoundEntry, by: User) -> None:
    """Keep the two people apart in later rounds, too; the entry remembers it for undo."""
    pair = Application.objects.filter(pk__in=[decision.mentee, decision.mentor])
    first, second = sorted(pair.values_list("person", flat=True))
    kept, is_new = KeepApart.system.get_or_create(
        program=round_.program,
        first_id=first,
        second_id=second,
        kind=KeepApart.Kind.KEEP_APART,
        until=None,
        defaults={
            "reason": decision.why,
            "by": by,
            "since": timezone.localdate(entry.at),
        },
    )
    if is_new:
        entry.facts["keep_apart"] = kept.pk


def refuse_if_stale(round_: Round, mentees: set[int], expected_version: int, by: User) -> None:
    """Raise ActionNotAllowed if another member has changed a row since `expected_version`."""
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
