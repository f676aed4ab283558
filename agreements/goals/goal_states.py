"""The state of a goal: not started, under way, reached, parked. The partner is told of one reached.

The e-mail leaves some minutes later, so that a wrong click can be taken back unseen.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.models import Match
from notifications.outbox import cancel_about, enqueue
from notifications.reasons import reason
from workflow.states import move

from ..models import Goal
from .edits import check_open_goals
from .goal_locks import lock_goal

State = Goal.State
HOLD = timedelta(minutes=10)
NOT_REACHED = reason("goal-not-reached", gettext_lazy("the goal is not marked as reached any more"))


@transaction.atomic
def set_state(
    goal: Goal, to: str, *, by: User, expected_state: str = "", at: datetime | None = None
) -> None:
    """Move `goal` to state `to`; the state that it has already changes nothing.

    `expected_state` is the one that the person saw. Raises ActionNotAllowed when the goal has
    another one by now, when the step is not in `Goal.TRANSITIONS`, when a goal that is taken up
    again would be one too many, and as `goal_locks.lock_goal`.
    """
    at = at or timezone.now()
    lock_goal(goal, by=by)
    if goal.state == to:
        return
    was = goal.state
    if expected_state and was != expected_state:
        text = _("This goal has just been changed to: %(state)s. Check it, then try again.")
        raise ActionNotAllowed(text % {"state": goal.get_state_display()})
    if not goal.is_open and to not in Goal.DONE:
        check_open_goals(Goal.objects.visible_to(by).filter(match=goal.match, person=goal.person))
    if to == State.REACHED:
        times = goal.times_reached + 1
        move(goal, to, by=by, at=at, reached_at=at, times_reached=times)
        _tell_partner(goal, by, at)
    else:
        move(goal, to, by=by, at=at, reached_at=None)
        if was == State.REACHED:
            cancel_about(goal, why=NOT_REACHED, at=at)


def _tell_partner(goal: Goal, by: User, at: datetime) -> None:
    """Enqueue the e-mail to the other of the two, if they may read the goal."""
    if goal.is_shared:
        enqueue(
            "goal-reached",
            to=goal.match.partner_of(by),
            about=goal,
            ordinal=goal.times_reached,
            due_at=at + HOLD,
            at=at,
        )


def cancel_emails(match: Match, *, why: str, at: datetime) -> None:
    """Cancel the e-mails about goals of a pair that has ended."""
    for goal in Goal.system.filter(match=match, state=State.REACHED):
        cancel_about(goal, why=why, at=at)
