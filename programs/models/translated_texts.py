"""The texts that a committee writes about its program, in the languages of the site.

A program's own columns hold them in its language, `translations` in the others. A language without
its own words falls back to the program's.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language

SET_UP_TEXTS = (
    "purpose",
    "audience",
    "is_not",
    "mentee_benefits",
    "mentor_benefits",
    "selection",
    "interview_questions",
    "interview_anchors",
    "reference_questions",
    "faq",
    "code_of_conduct",
    "other_help",
    "emergency_note",
)

Translations = Mapping[str, Mapping[str, str]]  # by the name of the text, by language


class TranslatedText(str):
    """A text with the language that it is in, for the attribute `lang`."""

    __slots__ = ("lang",)
    lang: str

    @classmethod
    def of(cls, text: str, lang: str) -> TranslatedText:
        made = cls(text)
        made.lang = lang
        return made


def in_reader_language(name: str, own: str, language: str, all_: Translations) -> TranslatedText:
    """Return the text called `name` in the reader's language, else as the program has it.

    `own` is the program's column, which is in `language`.
    """
    wanted = (get_language() or language).split("-")[0]
    translated = all_.get(name, {}).get(wanted, "") if wanted != language else ""
    return TranslatedText.of(translated or own, wanted if translated else language)
