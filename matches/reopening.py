"""Reopening a pair: undo its end within some days, for the committee."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import User
from applications.models import Application
from notifications.outbox import cancel_about, enqueue
from workflow.states import move

from .ending_texts import REOPENED
from .endings import State, copy_state, locked_row, may_be_handled_by
from .match_creation import capacity_of, open_match_counts
from .models import Closure, FollowUp, Match
from .signals import match_reopened


@transaction.atomic
def reopen(match: Match, *, by: User, at: datetime | None = None) -> None:
    """Undo the end of a pair within some days, for the committee.

    Raises ActionNotAllowed for anyone but carer, deputy and chair, after that time, and when one of
    the two has left or been matched with someone else.
    """
    at = at or timezone.now()
    # Applications before the match, as a withdrawal does; mentors before mentees, as a publication.
    rows = Application.objects.select_for_update(no_key=True, of=("self",)).order_by("-role")
    applications = list(
        rows.filter(pk__in=[match.mentor_id, match.mentee_id]).select_related(
            "person", "cohort__program__policy"
        )
    )
    locked = locked_row(match)
    if not may_be_handled_by(locked, by):
        raise ActionNotAllowed(
            _("Only the carer of this pair, the deputy or a chair can reopen it.")
        )
    closure = Closure.objects.in_force().filter(match=locked).first()
    if locked.state != State.CLOSED or closure is None:
        raise ActionNotAllowed(_("This pair has not ended, so there is nothing to reopen."))
    if at > closure.reopen_until:
        raise ActionNotAllowed(
            _("It is too late to reopen this pair. A round can match them again if both ask.")
        )
    mentor, mentee = applications
    _check_still_there(mentee, mentor)
    Closure.objects.filter(pk=closure.pk).update(reopened_at=at, reopened_by=by)
    move(locked, closure.state_before, by=by, at=at, why="reopened", closed_at=None, closed_kind="")
    cancel_about(closure, why=REOPENED, at=at)
    for follow_up in FollowUp.objects.filter(closure=closure):
        cancel_about(follow_up, why=REOPENED, at=at)
    for person in locked.people:
        enqueue("match-reopened", to=person, about=closure, at=at)
    match_reopened.send(Match, match=locked, at=at)
    copy_state(locked, match)


def _check_still_there(mentee: Application, mentor: Application) -> None:
    """Check people and places as `create_matches` does."""
    for application in (mentee, mentor):
        is_there = application.state == Application.State.ACCEPTED
        if not is_there or not application.person.is_active:
            raise ActionNotAllowed(
                _("%(name)s has left the program, so the pair cannot go on.")
                % {"name": application.person}
            )
    if Match.objects.open().filter(mentee=mentee).exists():
        raise ActionNotAllowed(_("%(name)s already has a mentor.") % {"name": mentee.person})
    if open_match_counts([mentor.pk])[mentor.pk] >= capacity_of(mentor):
        raise ActionNotAllowed(
            _("%(name)s has no free place any more, so the pair cannot be reopened.")
            % {"name": mentor.person}
        )
