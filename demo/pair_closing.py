"""What the demo's people do at the end: look back, thank each other, and stay in touch."""

from __future__ import annotations

from agreements import reflections
from agreements.reflections import GoalAnswer
from learning import lessons
from learning.models.library import Step
from matches import keeping_in_touch, thank_you_notes
from matches.models import ContactChoice, Match
from meetings.statements import issuing

from . import cleanup
from .setup import DemoCohort

Allows = ContactChoice.Allows
OUTCOMES = ("reached", "partly", "not")
# By place in the round: what mentee and mentor allow. Some say nothing at all.
CONTACT = ((Allows.PHONE, Allows.EMAIL), (Allows.EMAIL, None), (Allows.EMAIL, Allows.NOTHING))


def look_back(demo: DemoCohort, match: Match, place: int, *, day: float) -> None:
    """Let a closing or completed pair do some of the steps of its end, each alone, by the verbs."""
    match.refresh_from_db()
    if not keeping_in_touch.may_choose(match) or not demo.calendar.is_past(day):
        return
    (mentee, mentor), at, texts = match.people, demo.calendar.at(day), demo.texts["closing"]
    goals = {
        goal.key: GoalAnswer(OUTCOMES[(place + number) % 3], texts["goal"][number % 2])
        for number, goal in enumerate(reflections.goals_of(match, mentee))
    }
    words = {"learned": texts["learned"], "next_steps": texts["next_steps"]}
    reflections.save(match, by=mentee, goals=goals, at=at, **words)
    if thank_you_notes.may_write(match, at):
        cleanup.mark_past_emails_sent(at)
        thank_you_notes.send(match, by=mentee, text=texts["thanks"][place % 2], at=at)
    for person, allows in zip((mentee, mentor), CONTACT[place % 3], strict=True):
        if allows is not None:
            keeping_in_touch.choose(match, by=person, allows=allows, at=at)
    share_lesson(demo, match, place, day=day)
    if issuing.may_be_certified(match):
        issuing.issue_certificate(match, by=mentor, at=at)


def share_lesson(demo: DemoCohort, match: Match, place: int, *, day: float) -> None:
    """Let every other pair offer a lesson each; the chair publishes some of the mentors'."""
    words, at = demo.texts["lesson"], demo.calendar.at(day)
    if place % 2 == 0 or not lessons.may_offer(match):
        return
    lessons.offer(match, by=match.mentee.person, text=words["of_mentee"], at=at)
    lesson = lessons.offer(match, by=match.mentor.person, text=words["of_mentor"], at=at)
    if place % 3 == 0 and demo.calendar.is_past(day + 3):
        edited = lessons.Edited(words["title"], words["summary"], words["text"], step=Step.MEETINGS)
        lessons.publish(lesson, edited, by=demo.chair, at=demo.calendar.at(day + 3))
