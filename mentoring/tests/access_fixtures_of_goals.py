"""Goals with steps and older wordings, for the tests that visit every page."""

from __future__ import annotations

from django.utils import timezone

from agreements.goals import edits, steps
from agreements.goals.edits import GoalWords
from agreements.models import Activity, FirstDay, Goal, GoalReview
from programs.models import ProgramActivity

from .access_roles import OWNERS, AccessFixtures


def add_goals(world: AccessFixtures, pair: str) -> None:
    """Add the goal that the pair has agreed, or one like it, and a private one of its mentor."""
    match, names = world.row("match", pair), OWNERS[pair]
    mentee, mentor = match.people
    goal, _is_new = Goal.system.get_or_create(
        match=match, defaults={"person": mentee, "created_at": timezone.now()}
    )
    world.add("goal", pair, goal, owners=names)
    step = steps.add_step(goal, "s", by=mentee)
    world.add("goal_step", pair, step, owners=names)
    edits.change_goal(goal, GoalWords("t", "m", "w"), expected_revision=goal.revision, by=mentee)
    words = GoalWords("t", "m", "w", is_shared=False)
    own = edits.add_goal(match, words, person=mentor, by=mentor)
    steps.add_step(own, "s", by=mentor)
    newer = GoalWords("t2", "m2", "w", is_shared=False)
    edits.change_goal(own, newer, expected_revision=0, by=mentor)
    now = timezone.now()
    item, _is_new = ProgramActivity.objects.get_or_create(
        program=match.program, code="own-item", kind="place", week=1, names={"en": "Something"}
    )
    world.add("item", "Z" if pair == "Z" else "own", item)
    Activity.objects.create(match=match, text="t2", author=mentor, added_at=now)
    activity = Activity.objects.create(match=match, text="t", author=mentee, added_at=now)
    FirstDay.objects.create(match=match, on=now.date(), person=mentee)
    world.add("activity", pair, activity, owners=names)
    GoalReview.objects.create(match=match, month=3, asked_at=now, done_at=now, done_by=mentee)
    GoalReview.objects.create(match=match, month=6, asked_at=now)
    world.add("learning_goal", pair, own, owners=names[1:], partners=names[:1])
