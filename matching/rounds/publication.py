"""From approved to published: at one moment, in one transaction, once.

1. Publish only sets a time, and can be stopped until then. Before it no match exists and no one
   outside the committee sees anything.
2. At that time matches are created, pending decisions are released and all e-mails are enqueued, in
   one transaction. If that is not possible, the round goes back to draft and the members who
   prepared and published it are notified.
3. The time is outside the quiet hours of those who are written to, so that matches appear and
   e-mails leave at one moment. Where e-mails could not leave then after all, because the mail
   server is down or because nothing was sent until quiet hours had begun, publication waits too.
   Where membership is needed, it was checked lately.
4. A plan without a verified certificate is never published, and a round is published once.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications import standing
from matches.match_creation import create_matches
from matches.models import Match
from matches.why_you_two import shareable
from notifications.models import OutboxState
from notifications.outbox import enqueue
from notifications.reconcilers import reconciler
from notifications.release_times import Zones, later_moment, times_to_choose
from programs.sender_policy import sender_policy_for
from workflow.states import move

from ..models import Proposal, Round
from ..pool.applicant_data import left_since_run
from . import asking
from .announcements import all_zones, announce, planned_emails, release_decisions
from .barred_pairs import refuse_if_barred
from .lifecycle import refuse_if_conflicted
from .plan_updates import back_to_draft, load_proven_plan

log = logging.getLogger(__name__)
State = Round.State


def publication_times(round_: Round, at: datetime, zones: Zones) -> list[datetime]:
    """Return the moments that a chair may choose at `at`, the usual one first.

    `zones`: of everyone whom the publication writes to, see `announcements.planned_emails`.
    """
    program = round_.program
    earliest = at + timedelta(minutes=program.policy.publication_hold_minutes)
    return times_to_choose(zones, earliest, program.time_zone, sender_policy_for(program))


@transaction.atomic
def schedule(
    round_: Round, *, by: User, at: datetime | None = None, is_sooner: bool = False
) -> None:
    """Set the time of publication; does nothing if one is set.

    `is_sooner` chooses the second of `publication_times`. Raises ActionNotAllowed unless the round
    is approved and proven and `by` is a chair without a conflict of interest in it.
    """
    at = at or timezone.now()
    if round_.state != State.APPROVED:
        raise ActionNotAllowed(_("Only an approved round can be published."))
    if not round_.may_be_published_by(by):
        raise ActionNotAllowed(_("Only a chair can publish a round."))
    refuse_if_conflicted(round_, by)
    load_proven_plan(round_)
    if standing.is_required(round_.program):
        standing.refuse_if_outdated(people_of_plan(round_), at=at)
    moments = publication_times(round_, at, all_zones(planned_emails(round_)))
    when = moments[-1] if is_sooner else moments[0]
    unscheduled = Round.system.filter(pk=round_.pk, state=State.APPROVED, publish_at=None)
    if unscheduled.update(publish_at=when, published_by=by):
        round_.publish_at, round_.published_by = when, by


def people_of_plan(round_: Round) -> list[int]:
    """Return the ids of the applications that the plan would match."""
    paired = Proposal.system.filter(round=round_).in_plan().paired()
    return [one for pair in paired.values_list("mentee", "mentor") for one in pair]


def cancel(round_: Round, *, by: User) -> None:
    """Clear the time of publication; any matcher or chair may, since it only prevents.

    Raises ActionNotAllowed once the round is published, or if no time is set.
    """
    if not round_.may_be_changed_by(by):
        raise ActionNotAllowed(
            _(
                "This round is already published and its e-mails are leaving. "
                "It can't be stopped any more."
            )
        )
    scheduled = Round.system.filter(pk=round_.pk, state=State.APPROVED, publish_at__isnull=False)
    if not scheduled.update(publish_at=None, published_by=None):
        raise ActionNotAllowed(_("This round is not scheduled to be published."))
    round_.publish_at = round_.published_by = None


@reconciler
def publish_due(at: datetime) -> int:
    """Publish every round that is due; return how many. May run twice and in parallel."""
    if OutboxState.objects.paused(at).exists():
        return 0  # its e-mails could not leave now
    rounds = Round.system.due_for_publication(at)
    due = rounds.select_related("cohort__program__policy", "published_by", "prepared_by")
    return sum(not _postpone(round_, at) and publish_or_return(round_, at) for round_ in due)


def _postpone(round_: Round, at: datetime) -> bool:
    """Set a later time if fewer e-mails would leave at `at` than at the time that was promised."""
    moment, zones = round_.publish_at, all_zones(planned_emails(round_))
    assert moment is not None  # it is due
    later = later_moment(zones, moment, at, sender_policy_for(round_.program))
    if later is None:
        return False
    same = Round.system.filter(pk=round_.pk, state=State.APPROVED, publish_at=moment)
    same.update(publish_at=later)  # no row if it was stopped meanwhile
    return True


def publish_or_return(round_: Round, at: datetime) -> bool:
    """Publish the round, or return it to draft if that fails; return whether it is published."""
    try:
        publish(round_, at=at)
    except ActionNotAllowed as refused:
        _return_to_draft(round_, str(refused), at)
        return False
    return True


@transaction.atomic
def _return_to_draft(round_: Round, why: str, at: datetime) -> None:
    fresh = Round.system.select_for_update(no_key=True).get(pk=round_.pk)
    if fresh.state != State.APPROVED or fresh.publish_at is None:
        return  # published or cancelled by another worker or member meanwhile
    members = {fresh.published_by, fresh.prepared_by} - {None}
    back_to_draft(fresh, by=None, why=why, at=at)
    for member in members:
        enqueue("round-held-back", to=member, about=fresh, ordinal=fresh.plan_version, at=at)
    log.warning("round not published", extra={"round_id": fresh.pk})


@transaction.atomic
def publish(round_: Round, *, at: datetime) -> list[Match]:
    """Create the matches and enqueue everyone's e-mail. Raises ActionNotAllowed without effect.

    The row is locked before its time is read again, so a Cancel since then counts; the move to
    published is a compare-and-set, so of two workers one publishes.
    """
    publish_at = Round.system.select_for_update(no_key=True).get(pk=round_.pk).publish_at
    if publish_at is None or publish_at > at:
        raise ActionNotAllowed(_("It is not yet time to publish this round."))
    solver, _decisions = load_proven_plan(round_)
    left = left_since_run(round_)
    rows = Proposal.system.filter(round=round_).in_plan()
    paired = rows.paired().select_related("mentee__person", "mentor__person")
    pairs = [(row.mentee, row.mentor, row.why) for row in paired if row.mentor is not None]
    for application in (one for mentee, mentor, _why in pairs for one in (mentee, mentor)):
        if application.pk in left:
            text = _("%(name)s is no longer ready to be matched.")
            raise ActionNotAllowed(text % {"name": application.person})
    move(round_, State.PUBLISHED, by=round_.published_by, at=at, published_at=at)
    new_pairs = [
        (mentee.pk, mentor.pk, shareable(why, mentee, mentor)) for mentee, mentor, why in pairs
    ]
    refuse_if_barred(round_, new_pairs)
    asking.refuse_if_held(new_pairs)
    matches = []
    if asking.is_asking(round_):
        asking.open_offers(round_, new_pairs, at=at)
    else:
        matches = create_matches(new_pairs, at=at)
        rows.paired().update(state=Proposal.State.CHOSEN)
    release_decisions(round_, at=at)
    announce(round_, matches, mentors=solver.mentors, at=at)
    return matches
