"""Review the goals every three months, and ask: is it still what we agreed?

Either of the two does it, once. It goes through the open goals of the pair with the verbs of goals,
so that all of it is in their history. The last question leads to a new version of the agreement or
to the committee; the answer itself is not stored with the review.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.models import Match
from notifications.outbox import cancel_about
from notifications.reasons import reason

from ..models import Goal, GoalReview
from ..signals import talk_asked
from . import edits, goal_states, steps
from .edits import GoalWords
from .goal_locks import lock_match

MONTHS = (3, 6, 9)
REVIEWED = reason("goals-reviewed", gettext_lazy("the goals were reviewed"))


class StillAgreed(models.TextChoices):
    """Whether the agreement still fits the pair."""

    SAME = "same", gettext_lazy("Yes, it still fits")
    CHANGE = "change", gettext_lazy("We want to change our agreement")
    TALK = "talk", gettext_lazy("I would like to talk with the committee")


@dataclass(frozen=True)
class Answer:
    """What is said about one goal, of which the writer had read `revision` and the state `was`."""

    goal: Goal
    measure: str
    state: str
    was: str
    revision: int
    step: str = ""


def waiting_review(match: Match, reader: User) -> GoalReview | None:
    """Return the review that the pair is asked for, None while there is none."""
    return GoalReview.objects.of(reader).waiting().filter(match=match).first()


def last_review(match: Match, reader: User) -> GoalReview | None:
    """Return the latest review of the pair, done or not."""
    rows = GoalReview.objects.of(reader).filter(match=match).select_related("done_by")
    return rows.order_by("-month").first()


def open_goals(match: Match, reader: User) -> list[Goal]:
    """Return the goals that a review goes through."""
    goals = Goal.objects.visible_to(reader).of_pair(match).open().not_erased()
    return list(goals.select_related("person", "match__mentee__person", "match__mentor__person"))


@transaction.atomic
def complete(
    review: GoalReview,
    answers: Sequence[Answer],
    *,
    still_agreed: str,
    by: User,
    at: datetime | None = None,
) -> bool:
    """Store a review; return False if it was done already, which changes nothing.

    Raises ActionNotAllowed outside the pair, after its end, and as the verbs of goals; GoalEdited
    when a goal was changed since it was read. Then nothing is stored.
    """
    at = at or timezone.now()
    lock_match(review.match, by=by)
    mine = GoalReview.objects.filter(pk=review.pk, done_at=None)
    if not mine.update(done_at=at, done_by=by):
        return False
    for answer in answers:
        _apply(answer, by, at)
    cancel_about(review, why=REVIEWED, at=at)
    if still_agreed == StillAgreed.TALK:
        talk_asked.send(GoalReview, review=review, person=by, at=at)
    return True


def _apply(answer: Answer, by: User, at: datetime) -> None:
    goal = answer.goal
    if not goal.is_of_pair:
        raise ActionNotAllowed(_("A review goes through the goals of the pair."))
    words = GoalWords(goal.text, goal.measure, goal.why, goal.target_on)
    edits.change_goal(
        goal,
        replace(words, measure=answer.measure),
        expected_revision=answer.revision,
        by=by,
        at=at,
    )
    goal_states.set_state(goal, answer.state, by=by, expected_state=answer.was, at=at)
    if answer.step:
        steps.add_step(goal, answer.step, by=by, at=at)
