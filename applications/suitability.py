"""Questions for each role, so that people know what to expect. "No" never rules anyone out."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programs.models import Policy

from .models import Application
from .orientation import total_minutes

Role = Application.Role


class Question(NamedTuple):
    """Text and hint may name the program's numbers as %(name)s; see `questions`."""

    code: str
    text: str | Promise
    hint: str | Promise


TIME = _(
    "Can you meet for %(meeting_minutes)s minutes about every %(rhythm_days)s days, "
    "for %(term_months)s months?"
)
QUESTIONS: dict[str, tuple[Question, ...]] = {
    Role.MENTEE: (
        Question("time", TIME, _("You also need some time to prepare and to follow up.")),
        Question(
            "lead",
            _("Will you take the first step and prepare each meeting?"),
            _("You write first, suggest times and bring questions. Your mentor follows your lead."),
        ),
        Question(
            "growth",
            _("Do you want to learn and grow, rather than have someone find you a job?"),
            _("Mentoring is not a job-search service: a mentor shares experience."),
        ),
        Question(
            "open",
            _("Are you ready to talk openly and to hear an honest opinion?"),
            _("What you say stays between the two of you, with limits that we explain first."),
        ),
    ),
    Role.MENTOR: (
        Question("time", TIME, _("You also reply to a message now and then.")),
        Question(
            "listen",
            _("Can you ask more than you tell?"),
            _("Mentees find their own way. You listen, ask, and share your experience."),
        ),
        Question(
            "bounds",
            _("Will you keep what you hear to yourself, and say when you can't help?"),
            _("You are not a therapist, manager or recruiter. The committee supports you."),
        ),
        Question(
            "prepare",
            _("Will you do a short orientation before you are matched?"),
            _("About %(orientation_minutes)s minutes online, at your own pace."),
        ),
    ),
}


def question_codes(role: str) -> frozenset[str]:
    """Return the codes of the questions that this role answers."""
    return frozenset(question.code for question in QUESTIONS[role])


def questions(role: str, policy: Policy) -> list[Question]:
    """Return the role's questions in the active language, with the numbers of the program."""
    numbers = {
        "meeting_minutes": policy.meeting_minutes,
        "rhythm_days": policy.rhythm_days,
        "term_months": policy.term_months,
        "orientation_minutes": total_minutes(),
    }
    return [
        Question(code, str(text) % numbers, str(hint) % numbers)
        for code, text, hint in QUESTIONS[role]
    ]


def fits(answers: dict[str, bool], role: str) -> bool:
    """Return whether every question was answered with yes."""
    return all(answers.get(code) for code in question_codes(role))
