"""Add a goal and change its words. What the words were before is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from access.exceptions import ActionNotAllowed
from accounts.models import User
from matches.models import Match

from ..models import Goal, GoalChange
from .goal_locks import NOT_OF_PAIR, lock_goal, lock_match

MAX_OPEN_GOALS = 7
MAX_GOALS = 40  # in all, with those that are reached or parked
Kind = GoalChange.Kind
BEFORE_SIGNING = _("You can add goals here once both of you have signed the agreement.")


@dataclass(frozen=True)
class GoalWords:
    """What a form says about a goal."""

    text: str
    measure: str
    why: str = ""
    target_on: date | None = None
    is_shared: bool = True


class GoalEdited(Exception):
    """The goal was changed by someone else since it was read; `goal` is the current one."""

    def __init__(self, goal: Goal) -> None:
        super().__init__("this goal was changed by someone else meanwhile")
        self.goal = goal


def check_open_goals(goals: Iterable[Goal]) -> None:
    """Raise ActionNotAllowed if one more open goal beside `goals` would be too many."""
    if len([goal for goal in goals if goal.is_open]) >= MAX_OPEN_GOALS:
        words = ngettext(
            "%(most)s open goal is enough. Reach or park one first.",
            "%(most)s open goals are enough. Reach or park one first.",
            MAX_OPEN_GOALS,
        )
        raise ActionNotAllowed(words % {"most": MAX_OPEN_GOALS})


@transaction.atomic
def add_goal(
    match: Match, words: GoalWords, *, person: User, by: User, at: datetime | None = None
) -> Goal:
    """Add a goal of `person`: the mentee for one of the pair, or the mentor for one of their own.

    The same words again (a second click) return the goal that is there. Raises ActionNotAllowed
    outside the pair, for the goal of someone else, before the agreement is signed, with too many
    goals, and after the end of the pair.
    """
    lock_match(match, by=by)
    is_of_pair = person == match.mentee.person
    if person not in match.people or not (is_of_pair or by == person):
        raise ActionNotAllowed(NOT_OF_PAIR)
    if is_of_pair and match.active_at is None:
        raise ActionNotAllowed(BEFORE_SIGNING)
    known = list(Goal.objects.visible_to(by).filter(match=match, person=person))
    for goal in known:
        if goal.is_open and (goal.text, goal.measure) == (words.text, words.measure):
            return goal
    check_open_goals(known)
    if len(known) >= MAX_GOALS:
        text = _("A pair can have no more than %(most)s goals in all. Change one that you have.")
        raise ActionNotAllowed(text % {"most": MAX_GOALS})
    now = at or timezone.now()
    goal = Goal.objects.create(
        match=match,
        person=person,
        position=max((goal.position for goal in known), default=-1) + 1,
        text=words.text,
        measure=words.measure,
        why=words.why,
        target_on=words.target_on,
        is_shared=is_of_pair or words.is_shared,
        created_at=now,
    )
    GoalChange.objects.create(goal=goal, kind=Kind.ADDED, person=by, at=now)
    return goal


@transaction.atomic
def change_goal(
    goal: Goal, words: GoalWords, *, expected_revision: int, by: User, at: datetime | None = None
) -> Goal:
    """Change the words of `goal`, of which the writer had read `expected_revision`.

    Words that are there already change nothing. Raises GoalEdited when they were changed since,
    ActionNotAllowed as `goal_locks.lock_goal`.
    """
    lock_goal(goal, by=by)
    if goal.is_of_pair and not words.is_shared:
        raise ActionNotAllowed(_("Both of you read the goals of your pair."))
    if not _changes(goal, words):
        return goal
    if goal.revision != expected_revision:
        raise GoalEdited(goal)
    write_words(goal, words, by=by, at=at or timezone.now())
    return goal


def write_words(goal: Goal, words: GoalWords, *, by: User | None, at: datetime) -> None:
    """Store `words` and what they were before; the caller holds the lock.

    `by` is None for the words of an agreement that both have signed.
    """
    for change in _changes(goal, words):
        change.person, change.at = by, at
        change.save()
    for name in ("text", "measure", "why", "target_on", "is_shared"):
        setattr(goal, name, getattr(words, name))
    goal.revision += 1
    goal.save()


def _changes(goal: Goal, words: GoalWords) -> list[GoalChange]:
    """Return what `words` change, not saved yet."""
    found = [
        GoalChange(goal=goal, kind=kind, before=getattr(goal, name))
        for kind, name in ((Kind.TEXT, "text"), (Kind.MEASURE, "measure"), (Kind.WHY, "why"))
        if getattr(goal, name) != getattr(words, name)
    ]
    if goal.target_on != words.target_on:
        found.append(GoalChange(goal=goal, kind=Kind.TARGET, before_on=goal.target_on))
    if goal.is_shared != words.is_shared:
        found.append(GoalChange(goal=goal, kind=Kind.SHARED if words.is_shared else Kind.PRIVATE))
    return found
