"""What people of a role read before they are matched, and what they are asked about it.

Each part and each question is a text of the program, with the product's wording as default; one
that is emptied is left out. Numbers come from the program's settings.
"""

from __future__ import annotations

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from .mentee_orientation import MENTEE_MODULES, MENTEE_QUESTIONS
from .mentor_orientation import MENTOR_MODULES, MENTOR_QUESTIONS
from .orientation_parts import module_problems, question_problems
from .text_kinds import TextKind

ORIENTATION_NUMBERS = (
    "meeting_minutes", "rhythm_days", "term_months", "unanswered_messages", "end_notice_days",
)  # fmt: skip
MODULE_HELP = _(
    "The title on the first line, the text below it. “# ” begins a heading, “- ” an item of a "
    "list. {meeting_minutes}, {rhythm_days}, {term_months}, {unanswered_messages} and "
    "{end_notice_days} become the numbers of your settings. Leave it empty to leave this part out."
)
QUESTION_HELP = _(
    "The question on the first line, one answer on each line below it: “+ ” before the right one, "
    "“- ” before the others. Then explain why it is right. Leave it empty to leave this question "
    "out."
)
OWN_PARTS = ("own_1", "own_2")  # empty until a committee writes them
MODULES = {"mentor": MENTOR_MODULES, "mentee": MENTEE_MODULES}
QUESTIONS = {"mentor": MENTOR_QUESTIONS, "mentee": MENTEE_QUESTIONS}
MODULE_LABELS = {"mentor": _("Mentors, part {}"), "mentee": _("Mentees, part {}")}
QUESTION_LABELS = {"mentor": _("Mentors, question {}"), "mentee": _("Mentees, question {}")}


def module_names(role: str) -> dict[str, str]:
    """Return {code of a part: name of its text} in the order in which they are read."""
    return {code: f"module_{role}_{code}" for code in (*MODULES[role], *OWN_PARTS)}


def question_names(role: str) -> dict[str, str]:
    """Return {code of a question: name of its text} in the order in which they are asked."""
    return {code: f"check_{role}_{code}" for code in (*QUESTIONS[role], *OWN_PARTS)}


def role_of(name: str) -> str:
    """Return the role that reads a text of the orientation."""
    return name.split("_")[1]


def is_question(name: str) -> bool:
    """Return whether a text of the orientation is a question."""
    return name.startswith("check_")


def _modules(role: str) -> dict[str, TextKind]:
    """Return the parts of a role; the first one can't be left out."""
    return {
        name: TextKind(
            label=format_lazy(MODULE_LABELS[role], number),
            default=MODULES[role].get(code, ""),
            help_text=MODULE_HELP,
            optional_placeholders=ORIENTATION_NUMBERS,
            is_required=number == 1,
            problems=module_problems,
        )
        for number, (code, name) in enumerate(module_names(role).items(), start=1)
    }


def _questions(role: str) -> dict[str, TextKind]:
    """Return the questions of a role; the first one can't be left out."""
    return {
        name: TextKind(
            label=format_lazy(QUESTION_LABELS[role], number),
            default=QUESTIONS[role].get(code, ""),
            help_text=QUESTION_HELP,
            is_required=number == 1,
            problems=question_problems,
        )
        for number, (code, name) in enumerate(question_names(role).items(), start=1)
    }


ORIENTATION_TEXTS: dict[str, TextKind] = {
    **_modules("mentor"),
    **_questions("mentor"),
    **_modules("mentee"),
    **_questions("mentee"),
}
