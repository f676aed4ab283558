"""What the demo's pairs make of their goals: steps, states, reviews, and what mentors learn."""

from __future__ import annotations

from datetime import timedelta

from agreements.goals import edits, goal_states, review_reminders, reviews, steps
from agreements.models import Goal, GoalReview
from matches.models import Match

from .setup import DemoCohort

REVIEW_DAYS = (120, 215, 305)  # some days after months 3, 6 and 9 of every term
UNREVIEWED_EVERY = 5  # one pair in five does not review


def update_goals(demo: DemoCohort, match: Match, place: int, *, start: float) -> None:
    """Mark goals as under way, reached or parked."""
    mentee, _mentor = match.people
    if not demo.calendar.is_past(start + 70) or match.state != Match.State.ACTIVE:
        return
    texts = demo.texts["goal_texts"]["steps"]
    for number, goal in enumerate(Goal.objects.visible_to(mentee).of_pair(match)):
        goal.match = match
        state = ("under_way", "reached", "", "parked")[(place + 3 * number) % 4]
        for turn in range(3 if state else 0):
            on = demo.calendar.at(start + 30 + 10 * turn, hour=20)
            step = steps.add_step(goal, texts[(place + turn) % len(texts)], by=mentee, at=on)
            if turn < 2 or state == "reached":
                steps.set_done(step, is_done=True, by=mentee, at=on + timedelta(days=6))
        if state:
            goal_states.set_state(goal, state, by=mentee, at=demo.calendar.at(start + 66))
    add_learning_goal(demo, match, place, day=start + 20)


def add_learning_goal(demo: DemoCohort, match: Match, place: int, *, day: float) -> None:
    """Let every third mentor say what they want to learn; every second of these shares it."""
    if place % 3 == 1:
        choices = demo.texts["goal_texts"]["learning"]
        words = choices[place % len(choices)]
        mentor = match.mentor.person
        goal_words = edits.GoalWords(**words, is_shared=place % 2 == 0)
        edits.add_goal(match, goal_words, person=mentor, by=mentor, at=demo.calendar.at(day))


def review_goals(demo: DemoCohort, matches: list[Match], *, start: float) -> None:
    """Ask for the reviews that came due, and let most pairs do them, by the verbs."""
    for after in REVIEW_DAYS:
        if not demo.calendar.is_past(start + after + 3):
            return
        review_reminders.ask_for_reviews(demo.calendar.at(start + after))
        waiting = GoalReview.objects.waiting().filter(match__in=matches).order_by("match")
        for turn, review in enumerate(waiting.select_related("match__mentee__person")):
            if turn % UNREVIEWED_EVERY != UNREVIEWED_EVERY - 1:
                at = demo.calendar.at(start + after + 1 + turn % 3, hour=20)
                mentee = review.match.mentee.person
                reviews.complete(review, [], still_agreed="same", by=mentee, at=at)
