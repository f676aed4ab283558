"""From approved to published: one moment, one transaction, once.

1. The button only sets a time; Stop clears it. Until then no match exists and nobody outside the committee sees anything.
2. At that time the program makes the matches, releases pending decisions, and owes every letter, all in one transaction
   or not at all. What cannot be published whole goes back to draft, and the committee is told why.
3. A plan without a verified certificate is never published, and a round is published once.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from applications import reviewing
from applications.models import Application, Decision
from matches.match_creation import create_matches, open_match_counts
from matches.models import Match
from matches.why_you_two import shareable
from notifications.delivery_rules import next_allowed_time
from notifications.outbox import enqueue
from notifications.reconcilers import reconciler
from programs.sender_policy import sender_policy_for
from workflow.states import move

from ..models import Proposal, Round
from ..pool.applicant_data import changed_since
from ..storage.snapshots import fingerprints
from ..storage.solver_state import SolverState
from .lifecycle import refuse_if_conflicted, refuse_unless_proven
from .plan_updates import load_plan

log = logging.getLogger(__name__)
State = Round.State


def earliest(round_: Round, at: datetime) -> datetime:
    """The end of the hold that begins at `at`."""
    return at + timedelta(minutes=round_.program.policy.publication_hold_minutes)


def next_allowed(round_: Round, at: datetime) -> datetime:
    """The end of the hold, or the end of quiet hours after it, in the program's zone."""
    return next_allowed_time(
        earliest(round_, at), round_.program.time_zone, sender_policy_for(round_.program)
    )


@transaction.atomic
def schedule(
    round_: Round, *, by: Any, at: datetime | None = None, wait_for_morning: bool = False
) -> None:
    """Set the moment of release. Pressing again while it is set changes nothing.

    Raises Refused for anybody but a chair without a conflict of interest in the round, and for a plan without a certificate.
    """
    at = at or timezone.now()
    if round_.state != State.APPROVED:
        raise ActionNotAllowed(_("Only an approved round can be published."))
    if not round_.may_be_published_by(by):
        raise ActionNotAllowed(_("Only the chair can publish a round."))
    refuse_if_conflicted(round_, by)
    refuse_unless_proven(round_, *load_plan(round_))
    when = next_allowed(round_, at) if wait_for_morning else earliest(round_, at)
    mine = Round.system.filter(pk=round_.pk, state=State.APPROVED, publish_at=None)
    if mine.update(publish_at=when, published_by=by):
        round_.publish_at, round_.published_by = when, by


def cancel(round_: Round, *, by: Any) -> None:
    """Clear the moment of release. Any matcher may; it only prevents. Raises Refused once it was released."""
    if not round_.may_be_changed_by(by):
        raise ActionNotAllowed(_("This round has been published; what is out cannot be stopped."))
    waiting = Round.system.filter(pk=round_.pk, state=State.APPROVED, publish_at__isnull=False)
    if not waiting.update(publish_at=None, published_by=None):
        raise ActionNotAllowed(_("No release is set for this round."))
    round_.publish_at = round_.published_by = None


@reconciler
def publish_due(at: datetime) -> int:
    """Release every round whose moment has come; return how many. Safe to run twice and side by side."""
    rounds = Round.system.due_for_publication(at)
    due = rounds.select_related("cohort__program__policy", "published_by", "prepared_by")
    return sum(publish_or_return(round_, at) for round_ in due)


def publish_or_return(round_: Round, at: datetime) -> bool:
    """Release, or take the round back to draft when something has changed that the plan cannot bear."""
    try:
        publish(round_, at=at)
    except ActionNotAllowed as refused:
        return return_to_draft(round_, str(refused), at)
    return True


@transaction.atomic
def return_to_draft(round_: Round, why: str, at: datetime) -> bool:
    fresh = Round.system.select_for_update().get(pk=round_.pk)
    if fresh.state != State.APPROVED or fresh.publish_at is None:
        return False  # somebody else has released or stopped it
    told = {fresh.published_by, fresh.prepared_by} - {None}
    move(
        fresh,
        State.DRAFT,
        by=None,
        at=at,
        why=why,
        publish_at=None,
        approved_by=None,
        published_by=None,
    )
    for member in told:
        enqueue("round-held-back", to=member, about=fresh, ordinal=fresh.plan_version, at=at)
    log.warning("round held back", extra={"round_id": fresh.pk})
    return False


@transaction.atomic
def publish(round_: Round, *, at: datetime) -> list[Match]:
    """Publish: make the matches, tell everybody. Raises Refused, and then nothing has happened.

    The move to published is a compare-and-set, so of two workers one publishes; the row is locked before the moment is
    read again, so a Stop pressed since it was last read holds.
    """
    moment = Round.system.select_for_update().get(pk=round_.pk).publish_at
    if moment is None or moment > at:
        raise ActionNotAllowed(_("The moment of release has not come."))
    solver, decisions = load_plan(round_)
    refuse_unless_proven(round_, solver, decisions)
    _refuse_if_people_left(round_)
    move(round_, State.PUBLISHED, by=round_.published_by, at=at, published_at=at)
    rows = Proposal.system.filter(round=round_).in_plan()
    paired = list(rows.exclude(mentor=None).select_related("mentee__person", "mentor__person"))
    why = {row.mentee_id: shareable(row.why, row.mentee, row.mentor) for row in paired}
    matches = create_matches(
        ((row.mentee_id, row.mentor_id, why[row.mentee_id]) for row in paired), at=at
    )
    rows.exclude(mentor=None).update(state=Proposal.State.CHOSEN)
    _send_decisions(round_, at)
    for match in matches:
        for person in match.people:
            enqueue("match-introduced", to=person, about=match, at=at)
    _notify_unmatched(round_, solver, rows.filter(mentor=None), at)
    return matches


def _refuse_if_people_left(round_: Round) -> None:
    gone = changed_since(round_.cohort, fingerprints(round_))["gone"]
    rows = Proposal.system.filter(round=round_).paired()
    missing = rows.filter(mentee__in=gone) | rows.filter(mentor__in=gone)
    row = missing.select_related("mentee__person", "mentor__person").first()
    if row:
        left = row.mentee if row.mentee_id in gone else row.mentor
        raise ActionNotAllowed(
            _("%(name)s is not ready to be matched any more.") % {"name": left.person}
        )


def _send_decisions(round_: Round, at: datetime) -> None:
    pending = Decision.system.all()
    waiting = pending.filter(application__cohort=round_.cohort_id, released_at=None)
    reviewing.release(
        waiting.select_related("application__cohort__program", "application__person"),
        by=None,
        at=at,
    )


def _notify_unmatched(round_: Round, solver: SolverState, rows: Any, at: datetime) -> None:
    """Priority next time, and a kind letter in the same release, to mentees and to mentors without a mentee."""
    mentees = [row.mentee for row in rows.select_related("mentee__person")]
    mentors = _mentors_without_mentee(solver)
    for application, kind in [
        *((one, "round-unmatched") for one in mentees),
        *((one, "round-no-mentee") for one in mentors),
    ]:
        enqueue(kind, to=application.person, about=application, ordinal=round_.number, at=at)
    ids = [one.pk for one in (*mentees, *mentors)]
    today = timezone.localdate(at)
    Application.objects.filter(pk__in=ids, waiting_since=None).update(waiting_since=today)


def _mentors_without_mentee(solver: SolverState) -> list[Application]:
    """Mentors of the round who have no mentee after it."""
    busy = open_match_counts(solver.mentors)
    idle = [pk for pk in solver.mentors if not busy[pk]]
    return list(Application.objects.ready().filter(pk__in=idle).select_related("person"))
