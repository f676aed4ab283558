"""Goals follow the agreement: what both have signed is what they work on.

The signed words stay where they are. A goal that a new version words differently gets these words,
one that is new is added, and one that the version leaves out is parked. What the pair has changed
here since the version before stays, where the new version does not change it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from workflow.states import move

from .. import activities
from ..models import AgreedActivity, AgreedGoal, AgreementVersion, Goal, GoalChange
from .edits import GoalWords, write_words

Kind = GoalChange.Kind


def follow(version: AgreementVersion, *, at: datetime) -> None:
    """Let the goals of the pair follow `version`, which has just come into force.

    Call it in the transaction of the second signature, which locks the version.
    """
    agreed = {row.key: row for row in AgreedGoal.system.filter(version=version)}
    before = _goals_before(version)
    known = {goal.key: goal for goal in Goal.system.of_pair(version.match)}
    for key, row in agreed.items():
        goal = known.get(key)
        if goal is None:
            _add(version, row, at)
        else:
            _reword(goal, before.get(key), row, at)
    for key, goal in known.items():
        if goal.is_agreed and key not in agreed:
            _leave_out(goal, at)
    texts = AgreedActivity.system.filter(version=version).values_list("text", flat=True)
    activities.follow(version.match, texts, at=at)


def _goals_before(version: AgreementVersion) -> dict[str, AgreedGoal]:
    earlier = AgreementVersion.objects.filter(
        agreement=version.agreement, number__lt=version.number, signed_at__isnull=False
    )
    previous = earlier.order_by("-number").first()
    rows = AgreedGoal.system.filter(version=previous) if previous else []
    return {row.key: row for row in rows}


def _add(version: AgreementVersion, row: AgreedGoal, at: datetime) -> None:
    goal = Goal.objects.create(
        match=version.match,
        person=version.match.mentee.person,
        key=row.key,
        is_agreed=True,
        position=row.position,
        text=row.text,
        measure=row.measure,
        created_at=at,
    )
    GoalChange.objects.create(goal=goal, kind=Kind.AGREED, at=at)


def _reword(goal: Goal, was: AgreedGoal | None, row: AgreedGoal, at: datetime) -> None:
    words = GoalWords(goal.text, goal.measure, goal.why, goal.target_on)
    if was is None or was.text != row.text:
        words = replace(words, text=row.text)
    if was is None or was.measure != row.measure:
        words = replace(words, measure=row.measure)
    if not goal.is_agreed:
        GoalChange.objects.create(goal=goal, kind=Kind.AGREED, at=at)
        goal.is_agreed = True
    # Also where the words stay: the goal is part of the agreement from now on.
    write_words(goal, words, by=None, at=at)


def _leave_out(goal: Goal, at: datetime) -> None:
    GoalChange.objects.create(goal=goal, kind=Kind.LEFT_OUT, at=at)
    Goal.system.filter(pk=goal.pk).update(is_agreed=False)
    if goal.is_open:
        move(goal, Goal.State.PARKED, by=None, at=at, why="left out of the agreement")
