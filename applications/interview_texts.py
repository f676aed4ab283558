"""What is asked in an interview and what each score means, in the reader's language.

A program has its own words for both, or uses the product's.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from programs.models import Program
from programs.models.programs import lines_of

from .models import InterviewScore

Score = InterviewScore.Score


def questions_of(program: Program) -> list[str]:
    """Return the questions of the interview, at least one."""
    own = lines_of(program.texts["interview_questions"])
    return own or [
        _("When did you last help someone to find their own way, instead of telling them?"),
        _("What would you do if you could not keep a meeting?"),
        _("You are told something in confidence, and it worries you. What do you do?"),
        _("What do you want to learn yourself?"),
    ]


def anchors_of(program: Program) -> dict[int, str]:
    """Return what each score means; the program's own words if it has one for each."""
    own = lines_of(program.texts["interview_anchors"])
    said = own if len(own) == len(Score) else _usual_anchors()
    return dict(zip(Score.values, said, strict=True))


def _usual_anchors() -> list[str]:
    return [
        _("no example, or one that speaks against it"),
        _("in general words, with help"),
        _("one example of their own, with what they did"),
        _("several examples, also of what went wrong and what they learned"),
    ]
