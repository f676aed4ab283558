"""The orientation of a program as people of a role read it, and how long that takes."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.utils.translation import get_language

from .models import Program
from .models.orientation_parts import (
    Block,
    CheckQuestion,
    blocks,
    count_words,
    question_of,
    title_of,
)
from .models.orientation_texts import ORIENTATION_NUMBERS, module_names, question_names
from .models.translated_texts import TranslatedText
from .texts_with_defaults import Own, fill, own_texts, text_of

WORDS_PER_MINUTE = 100  # slow reading, with time to think about one's own answer


class Module(NamedTuple):
    """A part to read; `lang` is the language of its words, `minutes` how long it takes."""

    code: str
    text: str
    lang: str

    @property
    def title(self) -> str:
        return title_of(self.text)

    @property
    def blocks(self) -> list[Block]:
        return blocks(self.text)

    @property
    def minutes(self) -> int:
        return max(1, round(count_words(self.text) / WORDS_PER_MINUTE))


class Question(NamedTuple):
    """A question of the check; `lang` is the language of its words."""

    code: str
    source: str
    lang: str

    @property
    def parts(self) -> CheckQuestion:
        return question_of(self.source)


class Orientation(NamedTuple):
    """What a role reads and answers in one program, as a reader reads it."""

    modules: list[Module]
    questions: list[Question]

    @property
    def minutes(self) -> int:
        """How long all parts take to read."""
        return sum(module.minutes for module in self.modules)

    @property
    def figures(self) -> dict[str, object]:
        """The size of the orientation, for templates that mention it."""
        return {
            "module_count": len(self.modules),
            "question_count": len(self.questions),
            "orientation_minutes": self.minutes,
        }


def orientation_of(program: Program, role: str, *, at: datetime | None = None) -> Orientation:
    """Return the orientation in the active language, from one query; as it was `at` a moment.

    Parts and questions that the program has emptied are left out.
    """
    names = [*module_names(role).values(), *question_names(role).values()]
    own = own_texts(program, names, at=at)
    modules = _read(own, program, module_names(role))
    questions = _read(own, program, question_names(role))
    return Orientation(
        [Module(code, text, text.lang) for code, text in modules],
        [Question(code, text, text.lang) for code, text in questions],
    )


def _read(own: Own, program: Program, names: dict[str, str]) -> list[tuple[str, TranslatedText]]:
    """Return (code, text) of each text that is not empty, in the active language."""
    language = (get_language() or program.language).split("-")[0]
    said = [(code, text_of(own, program, name, language)) for code, name in names.items()]
    return [
        (code, TranslatedText.of(fill_numbers(text, program), text.lang))
        for code, text in said
        if text.strip()
    ]


def fill_numbers(text: str, program: Program) -> str:
    """Put the numbers of the settings into a text of the orientation."""
    facts = {name: str(getattr(program.policy, name)) for name in ORIENTATION_NUMBERS}
    return fill(text, facts)
