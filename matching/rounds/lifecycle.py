"""A round from opening to approval; decisions are in `decisions`, publishing in `publication`.

1. A round has its own copy of the criteria. A run scores everyone who is ready and proposes the
   best plan. Pins and rejections are kept, and current pairs are kept where that costs little.
2. One member prepares a round and another one approves it, who has no conflict of interest in it.
   Any change takes the round back to draft.
3. Only a plan that is proven optimal under its rules goes to review.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.models import Application
from notifications.outbox import enqueue
from programs.committee import has_role
from programs.models import Cohort, Membership
from workflow import jobs
from workflow.states import move

from ..criteria import default_criteria, own_criteria
from ..engine import VERSION, InfeasibleRules
from ..explanations.explanation_text import infeasible_text
from ..models import MATCHERS, Proposal, Round, RoundEntry, RoundJob
from ..own_criteria import OwnCriterion
from ..pool.pool_data import PoolData, build_pool
from ..recusal import has_conflict
from ..storage.solver_state import Decisions, SolverState
from .plan_updates import (
    NOT_PROVEN,
    Mates,
    back_to_draft,
    check_may_change,
    claim_version,
    load_proven_plan,
    plan_of,
    retry_on_conflict,
)
from .proposal_rows import price_rows, replace_all

State = Round.State
Progress = Callable[[str], object]  # called with the name of each stage
MAX_INLINE_PAIRS = 120_000  # pairs that are scored and solved while the page waits


@transaction.atomic
def open_round(cohort: Cohort, *, by: User, name: str = "", at: datetime | None = None) -> Round:
    """Open a round for `cohort`. Raises ActionNotAllowed for anyone but a matcher or chair."""
    if not has_role(by, cohort.program, *MATCHERS):
        raise ActionNotAllowed(_("Only a matcher or chair can open a round."))
    Cohort.objects.select_for_update(no_key=True).get(
        pk=cohort.pk
    )  # two rounds must not get one number
    rounds = Round.system.filter(cohort=cohort)
    number = (rounds.aggregate(last=Max("number"))["last"] or 0) + 1
    return Round.objects.create(
        cohort=cohort,
        number=number,
        name=name or _("%(cohort)s, round %(number)s") % {"cohort": cohort, "number": number},
        criteria={**default_criteria(cohort.program), **_own_of_last_round(cohort)},
        created_at=at or timezone.now(),
    )


def _own_of_last_round(cohort: Cohort) -> dict[str, list[OwnCriterion]]:
    """Return what the program's latest round made from its own questions, if it did."""
    rounds = Round.system.filter(cohort__program=cohort.program_id)
    last = rounds.exclude(state=State.DISCARDED).order_by("-created_at", "-pk").first()
    return {"own": own_criteria(last.criteria)} if last and "own" in last.criteria else {}


def unused_round(cohort: Cohort, *, by: User, name: str = "") -> Round | None:
    """Return a draft of `cohort` that no one has run yet, if opening another would repeat it.

    A different `name` asks for a round of its own.
    """
    unused = Round.objects.visible_to(by).filter(cohort=cohort, state=State.DRAFT, draft=0)
    return unused.filter(name=name).first() if name else unused.first()


def pair_count(round_: Round) -> int:
    """Return roughly how many pairs a run would score."""
    ready = Application.objects.ready().filter(cohort=round_.cohort_id)
    return ready.mentees().count() * ready.mentors().count()


def request_run(round_: Round, *, by: User) -> RoundJob | None:
    """Run a small round at once and queue a large one; return the job if it was queued.

    Raises ActionNotAllowed as `run` does. A large round that is queued already is not queued twice.
    """
    check_may_change(round_, by)
    return jobs.run_or_queue(
        is_small=pair_count(round_) <= MAX_INLINE_PAIRS,
        run=lambda: run(round_, by=by),
        queue=lambda: _queued(round_, by),
    )


@transaction.atomic
def _queued(round_: Round, by: User) -> RoundJob:
    Round.system.select_for_update(no_key=True).get(pk=round_.pk)  # two presses queue one run
    open_jobs = RoundJob.system.filter(round=round_, state__in=jobs.OPEN)
    return open_jobs.first() or RoundJob.objects.create(round=round_, created_by=by)


def check_input(job: RoundJob, by: User) -> None:
    """Raise ActionNotAllowed when the round of a failed job has gone on, or `by` may not run it."""
    check_may_change(job.round, by)
    if job.round.state != State.DRAFT:
        raise ActionNotAllowed(
            _("This round is no draft any more. Running it again would undo its review.")
        )


def run_job(job: RoundJob) -> None:
    """Run a queued round; the runner of `RoundJob`."""
    run(job.round, by=job.created_by, progress=lambda stage: job.advance(stage))
    # A repeated run tells nobody a second time whom the first one had told before it stopped.
    enqueue("round-ready", to=job.created_by, about=job.round, ordinal=job.retry_of_id or job.pk)


def run(
    round_: Round, *, by: User, at: datetime | None = None, progress: Progress = lambda stage: None
) -> RoundEntry:
    """Score everyone who is ready today and propose the best plan under rules and decisions.

    Raises ActionNotAllowed if one side is empty, decisions contradict each other, or other members
    keep changing the round.
    """
    check_may_change(round_, by)
    moment = at or timezone.now()
    return retry_on_conflict(
        round_, lambda fresh: _run_once(fresh, by, moment, progress), reread=True
    )


def _run_once(round_: Round, by: User, at: datetime, progress: Progress) -> RoundEntry:
    check_may_change(round_, by)
    progress(_("Reading answers"))
    people = build_pool(round_.cohort, at, own_criteria(round_.criteria))
    mentees, mentors = len(people.columns["mentees"]), len(people.columns["mentors"])
    if not mentees or not mentors:
        raise ActionNotAllowed(
            _("A round needs at least one mentee and one mentor who are ready to be matched.")
        )
    progress(_("Scoring %(count)s pairs") % {"count": mentees * mentors})
    solver = _score(round_, people)
    decisions, mates = Decisions.of(round_), current_mates(round_)
    progress(_("Choosing the best plan"))
    try:
        solver.solve(decisions, mates)
    except InfeasibleRules as bad:
        raise ActionNotAllowed(
            _("This is not possible: %(why)s.") % {"why": infeasible_text(solver, bad)}
        ) from bad
    progress(_("Explaining the pairs"))
    return _store(round_, solver, people, decisions, mates, by, at)


def _score(round_: Round, people: PoolData) -> SolverState:
    try:
        return SolverState.fresh(round_, people)
    except ValueError as wrong:
        raise ActionNotAllowed(
            _("The rules of this round can't be used: %(why)s.") % {"why": wrong}
        ) from wrong


def current_mates(round_: Round) -> Mates:
    """Return {mentee: mentor or None} of the current plan, as application ids."""
    rows = Proposal.system.filter(round=round_).in_plan()
    return dict(rows.values_list("mentee", "mentor"))


@transaction.atomic
def _store(
    round_: Round,
    solver: SolverState,
    people: PoolData,
    decisions: Decisions,
    mates: Mates,
    by: User,
    at: datetime,
) -> RoundEntry:
    """Save snapshot, plan and rows of a run, and enter it in the minutes."""
    plan = plan_of(solver)
    before = (round_.pairs, round_.total) if round_.draft else None
    claim_version(
        round_,
        solver,
        by=by,
        draft=round_.draft + 1,
        before_pairs=before[0] if before else None,
        before_total=before[1] if before else None,
        engine_version=VERSION,
        mentees=len(solver.mentees),
    )
    solver.store(people, at)
    replace_all(round_, solver, decisions, round_.plan_version, mates)
    pairs, total = before or (0, 0)
    return RoundEntry.objects.create(
        round=round_,
        version=round_.plan_version,
        kind=RoundEntry.Kind.RUN,
        by=by,
        at=at,
        cost_pairs=pairs - plan.pairs,
        cost_points=total - plan.total,
        facts={
            "draft": round_.draft,
            "mentees": len(solver.mentees),
            "mentors": len(solver.mentors),
        },
    )


@transaction.atomic
def send_to_review(round_: Round, *, by: User, at: datetime | None = None) -> None:
    """Ask other members to review the round. Raises ActionNotAllowed unless the plan is proven."""
    check_may_change(round_, by)
    solver, decisions = load_proven_plan(round_)
    price_rows(round_, solver, decisions)
    move(round_, State.REVIEW, by=by, at=at, prepared_by=by)
    for member in possible_reviewers(round_, by):
        enqueue("round-review-request", to=member, about=round_, ordinal=round_.plan_version, at=at)


def possible_reviewers(round_: Round, prepared_by: User) -> list[User]:
    """Return the matchers and chairs who may approve: others, without a conflict of interest."""
    live = Membership.objects.live().filter(program=round_.program, role__in=MATCHERS)
    others = live.exclude(user=prepared_by).select_related("user")
    members = {row.user_id: row.user for row in others}
    return [user for user in members.values() if not has_conflict(user, round_)]


@transaction.atomic
def approve(
    round_: Round, *, by: User, expected_version: int, at: datetime | None = None, why: str = ""
) -> None:
    """Approve the round; `expected_version` is the plan version that was reviewed.

    Raises ActionNotAllowed for the member who prepared it, for one with a conflict of interest in
    it, and if the plan has changed since.
    """
    check_may_change(round_, by)
    if round_.state != State.REVIEW:
        raise ActionNotAllowed(_("This round is not waiting for a review."))
    if round_.prepared_by_id == by.pk:
        raise ActionNotAllowed(_("You prepared this round, so another member must approve it."))
    refuse_if_conflicted(round_, by)
    if round_.plan_version != expected_version:
        raise ActionNotAllowed(
            _("The plan has changed since you opened this page. Please review it again.")
        )
    if not round_.has_certificate:
        raise ActionNotAllowed(NOT_PROVEN)
    move(round_, State.APPROVED, by=by, at=at, why=why, approved_by=by)


def refuse_if_conflicted(round_: Round, by: User) -> None:
    """Raise ActionNotAllowed if `by` has a conflict of interest with anyone in the plan."""
    if has_conflict(by, round_):
        raise ActionNotAllowed(
            _(
                "You have a conflict of interest with someone in this round. "
                "Another committee member must approve and publish it."
            )
        )


def send_back(round_: Round, *, by: User, why: str, at: datetime | None = None) -> None:
    """Return a round to draft, with a comment. Raises ActionNotAllowed without one."""
    check_may_change(round_, by)
    if not why.strip():
        raise ActionNotAllowed(_("Enter a comment: what should be changed?"))
    back_to_draft(round_, by=by, why=why.strip(), at=at)


def discard(round_: Round, *, by: User, why: str = "", at: datetime | None = None) -> None:
    """Discard the round. Raises ActionNotAllowed for a closed round, or without the role."""
    check_may_change(round_, by)
    move(round_, State.DISCARDED, by=by, at=at, why=why, publish_at=None)
