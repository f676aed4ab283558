"""How the e-mails about goals come about, see `email_scenarios`."""

from __future__ import annotations

from agreements.goals import goal_states
from agreements.models import Goal
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
