"""Four questions for each role, so that both come in with eyes wide open. "No" is an answer, never a bar."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Application

Role = Application.Role


class Question(NamedTuple):
    code: str
    text: str | Promise
    hint: str | Promise


QUESTIONS: dict[str, tuple[Question, ...]] = {
    Role.MENTEE: (
        Question("time", _("Can you give one to two hours a month, for about a year?"), _("A meeting of an hour or so, and the thinking around it.")),
        Question("lead", _("Will you take the first step and prepare each meeting?"), _("You write first, suggest the times and bring the questions. Your mentor follows your lead.")),
        Question("growth", _("Do you want to grow and to learn, more than to be found a job?"), _("Mentoring is not a job-search service. A mentor shares experience and does not place people.")),
        Question("open", _("Are you ready to talk openly, and to hear an honest opinion?"), _("What you say stays between the two of you, with limits that we explain before you begin.")),
    ),
    Role.MENTOR: (
        Question("time", _("Can you give one to two hours a month, for about a year?"), _("A meeting of an hour or so, and a reply now and then.")),
        Question("listen", _("Can you ask more than you tell?"), _("The mentee finds the way. You listen, ask, and share what you lived through.")),
        Question("bounds", _("Will you keep what you hear to yourself, and say when something is beyond a mentor?"), _("You are not a therapist, a manager or a recruiter, and the committee is there to help you.")),
        Question("prepare", _("Will you do a short orientation before you are matched?"), _("About 40 minutes online, at your own pace.")),
    ),
}  # fmt: skip


def is_answered(answers: dict[str, bool], role: str) -> bool:
    return all(question.code in answers for question in QUESTIONS[role])


def fits(answers: dict[str, bool], role: str) -> bool:
    """Whether every question was answered with yes."""
    return all(answers.get(question.code) for question in QUESTIONS[role])
