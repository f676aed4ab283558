"""What applicants read on the form of a program, with the numbers of its settings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import get_language

from .models import Program
from .models.form_texts import NUMBERS
from .models.translated_texts import TranslatedText
from .orientation_texts import orientation_of
from .texts_with_defaults import fill, own_texts, text_of


def texts_of(
    program: Program, names: Iterable[str], *, at: datetime | None = None
) -> dict[str, TranslatedText]:
    """Return texts by name as the reader reads them; those that counted `at` a moment, if given."""
    wanted = list(names)
    own = own_texts(program, wanted, at=at)
    language = (get_language() or program.language).split("-")[0]
    found = {}
    for name in wanted:
        said = text_of(own, program, name, language)
        filled = fill_numbers(said, program)
        found[name] = TranslatedText.of(filled, said.lang)
    return found


def fill_numbers(text: str, program: Program) -> str:
    """Put the numbers of the settings into a text, and how long mentors read the orientation."""
    policy = program.policy
    facts = {name: str(getattr(policy, name)) for name in NUMBERS if hasattr(policy, name)}
    if "{orientation_minutes}" in text:
        facts["orientation_minutes"] = str(orientation_of(program, "mentor").minutes)
    return fill(text, facts)
