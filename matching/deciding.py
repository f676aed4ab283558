"""What the committee decides in a round, one step at a time: pin, turn down, leave out, choose, swap, and take back.

1. Every step is played on the stored plan, answered by the engine, and written with compare-and-set on the plan's
   version: of two members who act at once both succeed, one after the other, unless they touch the same person.
2. Who acts on a row that somebody else has changed meanwhile is told so and changes nothing.
3. Every step is an entry in the minutes with its cost, and can be taken back.
4. A change to a round in review or approved takes it back to draft and stops a scheduled release.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.refused import Refused
from programs.models import Application
from workflow.states import move

from .engine import BadRules, Plan
from .models import KeepApart, Proposal, Round, RoundEntry, Snapshot
from .rows import replace_some
from .sitting import Decisions, Sitting, pack_plan, unpack_plan
from .standing import refuse_if_near

Kind = RoundEntry.Kind
Scope = Proposal.Scope
NEEDS_REASON = {Kind.REJECT, Kind.SIT_OUT, Kind.OVERRIDE, Kind.PLACE}
TRIES = 5


class Overtaken(Exception):
    """Somebody else's change was written first; read again and repeat."""


@dataclass(frozen=True)
class Step:
    """One decision. `mentee`, `mentor` and `other` (a second mentee, for a swap) are ids of applications."""

    kind: str
    mentee: int
    mentor: int | None = None
    other: int | None = None
    scope: str = Scope.PAIR
    why: str = ""

    @property
    def named(self) -> tuple[int | None, ...]:
        return (self.mentee, self.mentor, self.other)


@dataclass(frozen=True)
class Outcome:
    """What a step does: who moves (mentee, from mentor, to mentor), and what it costs the whole round."""

    moved: list[tuple[int, int | None, int | None]]
    cost_pairs: int
    cost_points: int
    pairs: int
    total: int


def after(decisions: Decisions, step: Step, mates: dict[int, int | None]) -> Decisions:
    """The decisions once `step` is taken. Raises Refused when the step makes no sense."""
    pair = (step.mentee, step.mentor)
    others = tuple(pin for pin in decisions.pins if pin[0] != step.mentee)
    allowed = tuple(one for one in decisions.forbids if one != pair)
    match step.kind:
        case Kind.PIN | Kind.CHOOSE | Kind.OVERRIDE:
            return replace(decisions, pins=(*others, pair), forbids=allowed, sits_out=decisions.sits_out - {step.mentee})
        case Kind.UNPIN:
            return replace(decisions, pins=tuple(pin for pin in decisions.pins if pin != pair))
        case Kind.REJECT:
            kept = tuple(pin for pin in decisions.pins if pin != pair)
            return replace(decisions, pins=kept, forbids=(*allowed, pair))
        case Kind.ALLOW:
            return replace(decisions, forbids=allowed)
        case Kind.SIT_OUT:
            return replace(decisions, pins=others, sits_out=decisions.sits_out | {step.mentee})
        case Kind.SIT_IN:
            return replace(decisions, sits_out=decisions.sits_out - {step.mentee})
        case Kind.SWAP:
            mine, theirs = mates.get(step.mentee), mates.get(step.other or 0)
            if mine is None or theirs is None or mine == theirs:
                raise Refused(_("Two people can only swap when each of them has another mentor."))
            swapped = ((step.mentee, theirs), (step.other, mine))
            rest = tuple(pin for pin in others if pin[0] != step.other)
            return replace(decisions, pins=(*rest, *swapped), forbids=tuple(set(decisions.forbids) - set(swapped)))
    raise ValueError(f"no such step: {step.kind}")


def play(sitting: Sitting, was: Decisions, now: Decisions) -> Outcome:
    """Find the best plan under `now`, keeping what is on the table where that costs little. Raises Refused."""
    before, mates = _plan(sitting), sitting.mates()
    try:
        sitting.repair(was, now)
    except BadRules as bad:
        raise Refused(_("This cannot be done: %(why)s.") % {"why": why_bad(sitting, bad)}) from bad
    return outcome_of(sitting, before, mates)


def outcome_of(sitting: Sitting, before: Plan, mates: dict[int, int | None]) -> Outcome:
    assert sitting.plan is not None
    now = sitting.mates()
    moved = [(pk, was, now[pk]) for pk, was in mates.items() if was != now[pk]]
    after_ = sitting.plan
    return Outcome(moved, before.pairs - after_.pairs, before.total - after_.total, after_.pairs, after_.total)


def why_bad(sitting: Sitting, bad: BadRules) -> str:
    """The engine's reasons with the names of the people."""
    from .reasons import bad_rules_words

    return bad_rules_words(sitting, bad)


def preview(round_: Round, step: Step, *, by: Any) -> Outcome:
    """What `step` would do, without doing it. Raises Refused as `decide` does."""
    sitting, decisions = _read(round_)
    refuse_if_near(by, step.named)
    outcome = play(sitting, decisions, after(decisions, step, sitting.mates()))
    refuse_if_near(by, _touched(outcome))
    return outcome


def decide(round_: Round, step: Step, *, by: Any, seen: int, at: datetime | None = None) -> RoundEntry:
    """Take `step`, and write who moved and what it cost. `seen` is the plan version that the member looked at.

    Raises Refused for the wrong person or state, a missing reason, people near the member, a row that somebody else
    has changed since, or decisions that contradict each other.
    """
    if step.kind in NEEDS_REASON and not step.why.strip():
        raise Refused(_("Please write a short reason. It goes into the minutes."))

    def attempt(fresh: Round) -> RoundEntry:
        _check(fresh, by)
        refuse_if_near(by, step.named)
        refuse_if_stale(fresh, step, seen, by)
        sitting, was = _read(fresh)
        stored = pack_plan(_plan(sitting))
        now = after(was, step, sitting.mates())
        outcome = play(sitting, was, now)
        refuse_if_near(by, _touched(outcome))
        entry = RoundEntry(
            round=fresh, kind=step.kind, by=by, at=at or timezone.now(), why=step.why.strip(),
            mentee_id=step.mentee, mentor_id=step.mentor, plan_before=stored,
            facts={"diff": difference(was, now), "scope": step.scope if step.kind == Kind.REJECT else "", "other": step.other},
        )  # fmt: skip
        named = {pk for pk in (step.mentee, step.other) if pk}
        return _write(fresh, sitting, now, outcome, entry, named, also=lambda: _consequences(fresh, step, entry, by))

    return _repeat(round_, attempt)


def _consequences(round_: Round, step: Step, entry: RoundEntry, by: Any) -> None:
    """What a step changes beside the plan."""
    if step.kind == Kind.REJECT and step.scope == Scope.NEVER:
        people = Application.objects.filter(pk__in=[step.mentee, step.mentor]).values_list("person", flat=True)
        first, second = sorted(people)
        kept, _made = KeepApart.objects.unscoped("the committee keeps two people apart").get_or_create(
            program=round_.program, first_id=first, second_id=second, kind=KeepApart.Kind.KEEP_APART, until=None,
            defaults={"reason": step.why, "by": by, "since": entry.at.date()},
        )  # fmt: skip
        entry.facts["keep_apart"] = kept.pk


def take_back(entry: RoundEntry, *, by: Any, at: datetime | None = None) -> RoundEntry:
    """Undo one decision. The last one restores the plan before it exactly; an earlier one lets the engine find the
    best plan without it. Taking back twice is refused."""

    def attempt(fresh: Round) -> RoundEntry:
        _check(fresh, by)
        done = RoundEntry.objects.unscoped("the decision to take back").get(pk=entry.pk)
        if not done.can_be_undone:
            raise Refused(_("This has already been taken back."))
        touched = [done.mentee_id, done.mentor_id, *(pk for move_ in done.moved for pk in move_)]
        refuse_if_near(by, touched)
        sitting, was = _read(fresh)
        now = reverse(was, done.facts.get("diff", {}))
        before, mates, stored = _plan(sitting), sitting.mates(), pack_plan(_plan(sitting))
        if _is_latest(done):
            sitting.plan = unpack_plan(done.plan_before)
            outcome = outcome_of(sitting, before, mates)
        else:
            outcome = play(sitting, was, now)
            refuse_if_near(by, _touched(outcome))
        undo = RoundEntry(
            round=fresh, kind=Kind.UNDO, by=by, at=at or timezone.now(), mentee_id=done.mentee_id,
            mentor_id=done.mentor_id, plan_before=stored, facts={"of": done.version, "kind": done.kind},
        )  # fmt: skip
        named = {pk for pk in (done.mentee_id, done.facts.get("other")) if pk}
        return _write(fresh, sitting, now, outcome, undo, named, also=lambda: _mark_undone(done, undo))

    return _repeat(entry.round, attempt)


def _mark_undone(done: RoundEntry, undo: RoundEntry) -> None:
    entries = RoundEntry.objects.unscoped("taken back").filter(pk=done.pk, undone_at=None)
    if not entries.update(undone_at=undo.at, undone_by=undo.by):
        raise Refused(_("This has already been taken back."))
    if "keep_apart" in done.facts:
        kept = KeepApart.objects.unscoped("taken back").filter(pk=done.facts["keep_apart"], until=None)
        kept.filter(since__lt=undo.at.date()).update(until=undo.at.date())
        kept.filter(since__gte=undo.at.date()).delete()


def _is_latest(entry: RoundEntry) -> bool:
    """Whether the plan before this entry is the one to go back to: nothing that stands came after it, and nothing
    before it was taken back since."""
    later = RoundEntry.objects.unscoped("order of decisions").filter(round=entry.round_id, version__gt=entry.version)
    if later.standing().exists():
        return False
    return all(undo.facts["of"] > entry.version for undo in later.filter(kind=Kind.UNDO))


def difference(was: Decisions, now: Decisions) -> dict[str, list[Any]]:
    """What was added and what was taken away, as JSON."""
    return {
        name: [sorted(set(getattr(now, name)) - set(getattr(was, name))), sorted(set(getattr(was, name)) - set(getattr(now, name)))]
        for name in ("pins", "forbids", "sits_out")
    }


def reverse(decisions: Decisions, diff: dict[str, list[Any]]) -> Decisions:
    """Take a difference back; a mentee who has another pin since keeps that one."""
    changes: dict[str, Any] = {}
    for name, (added, removed) in diff.items():
        thing = (lambda one: one) if name == "sits_out" else tuple
        held = set(getattr(decisions, name)) - {thing(one) for one in added}
        back = {thing(one) for one in removed}
        if name == "pins":
            back = {pin for pin in back if pin[0] not in {mentee for mentee, _mentor in held}}
        changes[name] = frozenset(held | back) if name == "sits_out" else tuple(sorted(held | back))
    return replace(decisions, **changes)


def refuse_if_stale(round_: Round, step: Step, seen: int, by: Any) -> None:
    """Two members on the same row: the later one is told what the earlier one did."""
    named = [pk for pk in (step.mentee, step.other) if pk]
    rows = Proposal.objects.unscoped("has somebody changed this row").filter(round=round_, mentee__in=named)
    newest = max((row.changed_in for row in rows), default=0)
    if newest <= seen:
        return
    entries = RoundEntry.objects.unscoped("who changed this row").filter(round=round_, version=newest)
    entry = entries.select_related("by").first()
    if entry is None or entry.by_id == by.pk:
        return
    from .reasons import stale_words

    raise Refused(stale_words(entry, rows.on_the_table().with_people()))


def _check(round_: Round, by: Any) -> None:
    if not round_.is_under_way:
        raise Refused(_("This round is closed. Nothing in it can be changed any more."))
    if not round_.may_be_changed_by(by):
        raise Refused(_("Only a matcher or the chair can change a round."))


def _read(round_: Round) -> tuple[Sitting, Decisions]:
    try:
        return Sitting.load(round_), Decisions.of(round_)
    except Snapshot.DoesNotExist:
        raise Refused(_("Please run the round first.")) from None


def _plan(sitting: Sitting) -> Plan:
    assert sitting.plan is not None
    return sitting.plan


def _touched(outcome: Outcome) -> list[int | None]:
    return [pk for moved in outcome.moved for pk in moved]


def _repeat(round_: Round, attempt: Callable[[Round], RoundEntry]) -> RoundEntry:
    """Read, compute without a lock, write with compare-and-set; begin again when somebody was faster."""
    for _try in range(TRIES):
        fresh = Round.objects.unscoped("the round to change").select_related("cohort__program").get(pk=round_.pk)
        try:
            entry = attempt(fresh)
        except Overtaken:
            continue
        round_.__dict__.update({k: v for k, v in fresh.__dict__.items() if not k.startswith("_")})
        return entry
    raise Refused(_("Several members are changing this round right now. Please try again in a moment."))


@transaction.atomic
def _write(
    round_: Round,
    sitting: Sitting,
    decisions: Decisions,
    outcome: Outcome,
    entry: RoundEntry,
    named: set[int],
    also: Callable[[], None] = lambda: None,
) -> RoundEntry:
    """Write plan, rows and entry if the plan is still the one that was read. Raises Overtaken if it is not."""
    claim(round_, sitting, by=entry.by)
    entry.version, entry.moved = round_.plan_version, [list(moved) for moved in outcome.moved]
    entry.cost_pairs, entry.cost_points = outcome.cost_pairs, outcome.cost_points
    Snapshot.objects.unscoped("the plan changed").filter(round=round_).update(plan=pack_plan(_plan(sitting)))
    write_rejections(round_, decisions, entry)
    rows = {pk for pk, _was, _is in outcome.moved} | (named & sitting.row.keys())
    replace_some(round_, sitting, decisions, rows, round_.plan_version)
    also()
    entry.save()
    return entry


def claim(round_: Round, sitting: Sitting, *, by: Any, **changes: Any) -> None:
    """Raise the plan version from the one that was read; back to draft if the round was further. Raises Overtaken."""
    plan = _plan(sitting)
    changes |= {"pairs": plan.pairs, "total": plan.total, "has_certificate": plan.certificate, "input_hash": plan.input_hash}
    mine = Round.objects.unscoped("compare and set").filter(
        pk=round_.pk, plan_version=round_.plan_version, state__in=Round.UNDER_WAY
    )
    if not mine.update(plan_version=round_.plan_version + 1, **changes):
        raise Overtaken
    for name, value in {"plan_version": round_.plan_version + 1, **changes}.items():
        setattr(round_, name, value)
    if round_.state != Round.State.DRAFT:
        why = str(_("The plan was changed."))
        move(round_, Round.State.DRAFT, by=by, why=why, release_at=None, approved_by=None, released_by=None)


def write_rejections(round_: Round, decisions: Decisions, entry: RoundEntry) -> None:
    """Rows for what was turned down, and none for what is allowed again."""
    rows = Proposal.objects.unscoped("what was turned down").filter(round=round_)
    stored = {(row.mentee_id, row.mentor_id): row for row in rows.rejected()}
    wanted = set(decisions.forbids)
    for pair, row in stored.items():
        if pair not in wanted:
            rows.filter(pk=row.pk).delete()
    for mentee, mentor in wanted - stored.keys():
        # The row on the table still names this mentor; it is written anew right after this.
        rows.on_the_table().filter(mentee=mentee, mentor=mentor).update(mentor=None, state=Proposal.State.PROPOSED)
        Proposal.objects.unscoped("turned down").create(
            round=round_, mentee_id=mentee, mentor_id=mentor, state=Proposal.State.REJECTED,
            scope=entry.facts.get("scope") or Scope.PAIR, changed_in=round_.plan_version,
        )  # fmt: skip
