"""What applicants read on the form of a program, with the numbers of its settings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import get_language

from .models import Policy, Program
from .models.form_texts import NUMBERS
from .models.translated_texts import TranslatedText
from .texts_with_defaults import fill, own_texts, text_of


def texts_of(
    program: Program, names: Iterable[str], *, orientation_minutes: int, at: datetime | None = None
) -> dict[str, TranslatedText]:
    """Return texts by name as the reader reads them; those that counted `at` a moment, if given."""
    wanted = list(names)
    own = own_texts(program, wanted, at=at)
    language = (get_language() or program.language).split("-")[0]
    found = {}
    for name in wanted:
        said = text_of(own, program, name, language)
        filled = fill_numbers(said, program.policy, orientation_minutes=orientation_minutes)
        found[name] = TranslatedText.of(filled, said.lang)
    return found


def fill_numbers(text: str, policy: Policy, *, orientation_minutes: int | None = None) -> str:
    """Put the numbers of the settings into a text; without `orientation_minutes` that one stays."""
    facts = {name: str(getattr(policy, name)) for name in NUMBERS if hasattr(policy, name)}
    if orientation_minutes is not None:
        facts["orientation_minutes"] = str(orientation_minutes)
    return fill(text, facts)
