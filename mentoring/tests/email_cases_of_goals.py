"""How the e-mails about goals come about, see `email_scenarios`."""

from __future__ import annotations

from django.utils import timezone

from agreements.goals import goal_states, reviews
from agreements.models import Goal, GoalReview
from testkit import agreements

from .email_cases import Case, pair


def reached_goal() -> Case:
    """Ben has marked a goal as reached; Ada is told."""
    match = pair()
    agreements.signed(match)
    goal = Goal.system.get(match=match)
    goal.match = match
    goal_states.set_state(goal, "reached", by=match.mentee.person)
    return Case(goal, match.mentor.person)


def take_up_again(case: Case) -> None:
    goal_states.set_state(case.about, "under_way", by=case.about.match.mentee.person)


def asked_to_review() -> Case:
    """Ben and Ada are three months into their term."""
    match = pair()
    agreements.signed(match)
    match.refresh_from_db()
    review = GoalReview.objects.create(match=match, month=3, asked_at=timezone.now())
    return Case(review, match.mentee.person)


def do_review(case: Case) -> None:
    reviews.complete(case.about, [], still_agreed="same", by=case.to)
