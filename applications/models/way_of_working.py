"""How someone likes to work together, and what matters most to them in a match.

The questions are about expectations and habits of work, never about who someone is. Each has three
answers in an order: the two ends and what lies between them. `Application.way_of_working` holds
{question code: answer code}; a question without an answer is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class WayAnswer(NamedTuple):
    """One answer: `label` on the form, `shared` after "You both prefer"."""

    code: str
    label: Promise
    shared: Promise


class WayQuestion(NamedTuple):
    """One question: `name` as a heading for the committee; answers in their order."""

    code: str
    text: Promise
    name: Promise
    answers: tuple[WayAnswer, WayAnswer, WayAnswer]

    @property
    def choices(self) -> list[tuple[str, Promise]]:
        return [(answer.code, answer.label) for answer in self.answers]

    def number_of(self, answer: str | None) -> int:
        """Return the place of an answer in the order, from 1; 0 without one."""
        codes = [one.code for one in self.answers]
        return codes.index(answer) + 1 if answer in codes else 0


WAY_QUESTIONS: tuple[WayQuestion, ...] = (
    WayQuestion(
        "feedback",
        _("How would you like feedback to be?"),
        _("Feedback"),
        (
            WayAnswer("direct", _("Direct and to the point"), _("direct feedback")),
            WayAnswer(
                "some_of_both",
                pgettext_lazy("feedback", "Some of both"),
                _("feedback that is sometimes direct and sometimes gentle"),
            ),
            WayAnswer("gentle", _("Gentle, one step at a time"), _("gentle feedback")),
        ),
    ),
    WayQuestion(
        "talks",
        _("How would you like to use your meetings?"),
        _("Meetings"),
        (
            WayAnswer(
                "planned", _("With a plan that is set beforehand"), _("meetings with a plan")
            ),
            WayAnswer(
                "some_of_both",
                pgettext_lazy("meetings", "Some of both"),
                _("meetings with a plan that leaves room"),
            ),
            WayAnswer("open", _("Open, for what is on your mind that day"), _("open talks")),
        ),
    ),
    WayQuestion(
        "help",
        _("What should a mentor mostly do?"),
        _("Questions or advice"),
        (
            WayAnswer(
                "questions",
                _("Ask questions, so that the mentee finds the answers"),
                _("questions more than advice"),
            ),
            WayAnswer(
                "some_of_both",
                pgettext_lazy("questions or advice", "Some of both"),
                _("questions as well as advice"),
            ),
            WayAnswer("advice", _("Give advice and examples"), _("advice more than questions")),
        ),
    ),
    WayQuestion(
        "contact",
        _("How much contact would you like between meetings?"),
        _("Contact between meetings"),
        (
            WayAnswer(
                "often",
                _("Short messages whenever something comes up"),
                _("short messages between meetings whenever something comes up"),
            ),
            WayAnswer(
                "sometimes",
                _("A message now and then"),
                _("a message now and then between meetings"),
            ),
            WayAnswer("meetings_only", _("Only our meetings"), _("contact only at meetings")),
        ),
    ),
    WayQuestion(
        "purpose",
        _("What is mentoring for, to you?"),
        _("What mentoring is for"),
        (
            WayAnswer(
                "goal", _("Reaching a certain goal"), _("mentoring that works towards a goal")
            ),
            WayAnswer(
                "some_of_both",
                pgettext_lazy("what mentoring is for", "Some of both"),
                _("mentoring for a goal and for thinking things through"),
            ),
            WayAnswer(
                "thinking",
                _("Having someone to think things through with"),
                _("mentoring for thinking things through"),
            ),
        ),
    ),
    WayQuestion(
        "staying",
        _("How long would you like to go on?"),
        _("How long to go on"),
        (
            WayAnswer(
                "goal_reached",
                _("Until the goal is reached, even if that is early"),
                _("to go on until the goal is reached"),
            ),
            WayAnswer("term", _("For the agreed term"), _("to go on for the agreed term")),
            WayAnswer(
                "longer",
                _("Longer than the term, if it goes well"),
                _("to stay in touch longer than the term if it goes well"),
            ),
        ),
    ),
)
WayAnswers = Mapping[str, str]  # {question code: answer code}


def way_numbers(answers: WayAnswers) -> list[int]:
    """Return the answers as numbers in the order of WAY_QUESTIONS: 1 to 3, 0 without one."""
    return [question.number_of(answers.get(question.code)) for question in WAY_QUESTIONS]


def shared_ways(first: WayAnswers, second: WayAnswers) -> list[WayAnswer]:
    """Return what two people answered alike, in the order of the questions."""
    return [
        answer
        for question in WAY_QUESTIONS
        for answer in question.answers
        if first.get(question.code) == second.get(question.code) == answer.code
    ]


class MattersMost(models.TextChoices):
    """A criterion of matching that an applicant may mark; it counts half more for them."""

    UNDERSTANDS = "understands", _("experience of what the mentee is going through")
    CAN_HELP = "can_help", _("the topics that the mentee needs help with")
    PRACTICAL = "practical", _("times, places and languages that suit")
    WAY_OF_WORKING = "way_of_working", _("the same way of working")
    INDUSTRY = "industry", _("the industry")
