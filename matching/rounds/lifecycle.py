"""A round from its opening to its approval. Decisions inside it stand in `deciding`, its release in `releasing`.

1. A round has its own copy of the rules; running it scores everybody who is ready and proposes the best plan. Pins and
   what was turned down are kept, and pairs on the table are kept where that costs little.
2. One member prepares, another one approves, who has no conflict of interest in it; any change takes both back.
3. A plan that is not proven best under its rules is not sent on.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from applications.models import Application
from notifications.outbox import enqueue
from programs.committee import has_role
from programs.models import Cohort, Membership
from workflow.states import move

from ..criteria import default_criteria
from ..engine import VERSION, InfeasibleRules
from ..explanations.explanation_text import infeasible_text
from ..models import MATCHERS, Proposal, Round, RoundEntry, RoundJob
from ..pool.pool_data import PoolData, build_pool
from ..recusal import has_conflict
from ..storage.solver_state import Decisions, SolverState
from .plan_updates import ConcurrentUpdate, check_may_change, claim_version, load_plan
from .proposal_rows import price_rows, replace_all

State = Round.State
MAX_INLINE_PAIRS = 120_000  # pairs that are scored and solved while the page waits
TRIES = 3


@transaction.atomic
def open_round(cohort: Cohort, *, by: Any, name: str = "", at: datetime | None = None) -> Round:
    """Begin a round on `cohort`. Raises Refused for anybody but a matcher or the chair."""
    if not has_role(by, cohort.program, *MATCHERS):
        raise ActionNotAllowed(_("Only a matcher or the chair can open a round."))
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    rounds = Round.system.filter(cohort=cohort)
    number = (rounds.aggregate(last=Max("number"))["last"] or 0) + 1
    return Round.objects.create(
        cohort=cohort,
        number=number,
        name=name or _("%(cohort)s, round %(number)s") % {"cohort": cohort, "number": number},
        criteria=default_criteria(cohort.program),
        created_at=at or timezone.now(),
    )


def size_of(round_: Round) -> int:
    """How many pairs a run would look at, roughly; decides whether the page waits for it."""
    ready = Application.objects.ready().filter(cohort=round_.cohort_id)
    return ready.mentees().count() * ready.mentors().count()


def ask_for_run(round_: Round, *, by: Any) -> RoundJob | None:
    """Run a small round at once; queue a large one. Returns the job, or None when the round was run."""
    check_may_change(round_, by)
    if size_of(round_) <= MAX_INLINE_PAIRS:
        run(round_, by=by)
        return None
    waiting = RoundJob.system.filter(
        round=round_, state__in=[RoundJob.State.QUEUED, RoundJob.State.RUNNING]
    )
    return waiting.first() or RoundJob.objects.create(
        round=round_, created_by=by, seen_version=round_.plan_version
    )


def run_job(job: RoundJob) -> None:
    """The runner of `RoundJob`: named stages, cancel between them, and a letter when it is done."""
    run(job.round, by=job.created_by, tell=job)
    enqueue("round-ready", to=job.created_by, about=job.round, ordinal=job.pk)


def run(
    round_: Round, *, by: Any, at: datetime | None = None, tell: RoundJob | None = None
) -> RoundEntry:
    """Score everybody who is ready today and propose the best plan under the round's rules and decisions.

    Raises Refused when nobody is there, decisions contradict, or another member keeps changing the round.
    """
    at = at or timezone.now()
    check_may_change(round_, by)
    for _try in range(TRIES):
        fresh = Round.system.select_related("cohort__program__policy").get(pk=round_.pk)
        check_may_change(fresh, by)
        try:
            entry = _run_once(fresh, by, at, tell)
        except ConcurrentUpdate:
            continue
        round_.__dict__.update({k: v for k, v in fresh.__dict__.items() if not k.startswith("_")})
        return entry
    raise ActionNotAllowed(
        _("Several members are changing this round right now. Please try again in a moment.")
    )


def _run_once(round_: Round, by: Any, at: datetime, tell: RoundJob | None) -> RoundEntry:
    say = tell.advance if tell else lambda *_stage: None
    say(str(_("Reading answers")))
    people = build_pool(round_.cohort, at)
    if not people.columns["mentees"] or not people.columns["mentors"]:
        raise ActionNotAllowed(
            _("A round needs at least one mentee and one mentor who are ready to be matched.")
        )
    pairs = len(people.columns["mentees"]) * len(people.columns["mentors"])
    say(str(_("Scoring %(count)s pairs") % {"count": pairs}))
    solver = _score(round_, people)
    decisions, mates = Decisions.of(round_), _current_mates(round_)
    say(str(_("Choosing")))
    try:
        solver.solve(decisions, mates)
    except InfeasibleRules as bad:
        raise ActionNotAllowed(
            _("This cannot be done: %(why)s.") % {"why": infeasible_text(solver, bad)}
        ) from bad
    say(str(_("Explaining")))
    return _store(round_, solver, people, decisions, mates, by, at)


def _score(round_: Round, people: PoolData) -> SolverState:
    try:
        return SolverState.fresh(round_, people)
    except ValueError as wrong:
        raise ActionNotAllowed(
            _("The rules of this round do not fit: %(why)s.") % {"why": wrong}
        ) from wrong


def _current_mates(round_: Round) -> dict[int, int | None]:
    rows = Proposal.system.filter(round=round_).in_plan()
    return dict(rows.values_list("mentee", "mentor"))


@transaction.atomic
def _store(
    round_: Round,
    solver: SolverState,
    people: PoolData,
    decisions: Decisions,
    mates: dict[int, int | None],
    by: Any,
    at: datetime,
) -> RoundEntry:
    was = (round_.pairs, round_.total) if round_.draft else (None, None)
    claim_version(
        round_, solver, by=by, draft=round_.draft + 1, before_pairs=was[0], before_total=was[1], engine_version=VERSION,
        mentees=len(solver.mentees),
    )  # fmt: skip
    solver.store(people, at)
    replace_all(round_, solver, decisions, round_.plan_version, mates)
    assert solver.plan is not None
    return RoundEntry.objects.create(
        round=round_, version=round_.plan_version, kind=RoundEntry.Kind.RUN, by=by, at=at,
        cost_pairs=(was[0] or 0) - solver.plan.pairs, cost_points=(was[1] or 0) - solver.plan.total,
        facts={"draft": round_.draft, "mentees": len(solver.mentees), "mentors": len(solver.mentors)},
    )  # fmt: skip


@transaction.atomic
def send_to_review(round_: Round, *, by: Any, at: datetime | None = None) -> None:
    """Ask for the second look. Raises Refused when nothing was run or the plan is not proven best."""
    check_may_change(round_, by)
    solver, decisions = load_plan(round_)
    refuse_unless_proven(round_, solver, decisions)
    price_rows(round_, solver, decisions)
    move(round_, State.REVIEW, by=by, at=at, prepared_by=by)
    for member in second_lookers(round_, by):
        enqueue("round-review-request", to=member, about=round_, ordinal=round_.plan_version, at=at)


def refuse_unless_proven(round_: Round, solver: SolverState, decisions: Decisions) -> None:
    """Check the plan by code that did not make it, and write down the answer. Raises Refused when it is not proven."""
    proven = solver.prove(decisions)
    Round.system.filter(pk=round_.pk, plan_version=round_.plan_version).update(
        has_certificate=proven
    )
    round_.has_certificate = proven
    if not proven:
        raise ActionNotAllowed(
            _("This plan is not proven best under its rules. Please run the round again.")
        )


def second_lookers(round_: Round, prepared_by: Any) -> list[Any]:
    """The matchers and chairs who may approve: others than the one who prepared, without a conflict of interest in it."""
    live = (
        Membership.objects.live()
        .filter(program=round_.program, role__in=MATCHERS)
        .exclude(user=prepared_by)
    )
    members = {row.user_id: row.user for row in live.select_related("user")}
    return [user for user in members.values() if not has_conflict(user, round_)]


@transaction.atomic
def approve(
    round_: Round, *, by: Any, expected_version: int, at: datetime | None = None, why: str = ""
) -> None:
    """The second look says yes. `expected_version` is the plan version that was looked at.

    Raises Refused for the member who prepared it, for one with a conflict of interest in it, and for a plan that is not
    the one that was looked at.
    """
    check_may_change(round_, by)
    if round_.state != State.REVIEW:
        raise ActionNotAllowed(_("This round is not waiting for a second look."))
    if round_.prepared_by_id == by.pk:
        raise ActionNotAllowed(_("You prepared this round. The second look is another member's."))
    refuse_if_conflicted(round_, by)
    if round_.plan_version != expected_version:
        raise ActionNotAllowed(
            _("The plan was changed while you were reading. Please look at it again.")
        )
    if not round_.has_certificate:
        raise ActionNotAllowed(
            _("This plan is not proven best under its rules. Please run the round again.")
        )
    move(round_, State.APPROVED, by=by, at=at, why=why, approved_by=by)


def refuse_if_conflicted(round_: Round, by: Any) -> None:
    if has_conflict(by, round_):
        raise ActionNotAllowed(
            _(
                "You have a conflict of interest with someone in this round. Another committee member "
                "must approve and publish it."
            )
        )


def send_back(round_: Round, *, by: Any, why: str, at: datetime | None = None) -> None:
    """The second look says no, with words for the one who prepared it."""
    check_may_change(round_, by)
    if not why.strip():
        raise ActionNotAllowed(_("Please say what should be looked at again."))
    move(
        round_,
        State.DRAFT,
        by=by,
        at=at,
        why=why.strip(),
        publish_at=None,
        approved_by=None,
        published_by=None,
    )


def discard(round_: Round, *, by: Any, why: str = "", at: datetime | None = None) -> None:
    """Put the round away. Nobody outside the committee has seen anything of it."""
    check_may_change(round_, by)
    move(round_, State.DISCARDED, by=by, at=at, why=why, publish_at=None)
