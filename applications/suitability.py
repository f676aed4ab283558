"""Questions for each role, so that people know what to expect. "No" never rules anyone out.

Their words are texts of the program (`programs.models.form_texts`), the codes of the answers stay.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from programs import form_texts
from programs.models import Program
from programs.models.translated_texts import TranslatedText

from .models import Application

Role = Application.Role


class Question(NamedTuple):
    """One question as someone reads it; `lang` is the language of both texts."""

    code: str
    text: str
    hint: str
    lang: str


CODES: dict[str, tuple[str, ...]] = {
    Role.MENTEE: ("time", "lead", "growth", "open"),
    Role.MENTOR: ("time", "listen", "bounds", "prepare"),
}


def question_codes(role: str) -> frozenset[str]:
    """Return the codes of the questions that this role answers."""
    return frozenset(CODES[role])


def questions(role: str, program: Program, *, at: datetime | None = None) -> list[Question]:
    """Return the role's questions in the active language, with the numbers of the program.

    `at`: as they were asked at that moment.
    """
    names = {code: f"suitability_{role}_{code}" for code in CODES[role]}
    texts = form_texts.texts_of(program, names.values(), at=at)
    found = []
    for code, name in names.items():
        text, _line, hint = texts[name].partition("\n")
        found.append(Question(code, text.strip(), hint.strip(), texts[name].lang))
    return found


def commitment(role: str, program: Program) -> TranslatedText:
    """Return what a role commits to, one thing on each line."""
    name = f"commitment_{role}"
    return form_texts.texts_of(program, [name])[name]


def fits(answers: dict[str, bool], role: str) -> bool:
    """Return whether every question was answered with yes."""
    return all(answers.get(code) for code in question_codes(role))
