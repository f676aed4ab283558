"""What people will read of a text of the orientation, before it is saved."""

from __future__ import annotations

from typing import NamedTuple

from ..models import ORIENTATION_TEXTS, Program
from ..models.orientation_texts import is_question
from ..orientation_texts import Module, Question, fill_numbers


class OrientationPreview(NamedTuple):
    """A part to read or a question; the other one is None."""

    module: Module | None
    question: Question | None
    lang: str


def preview(program: Program, name: str, language: str, text: str) -> OrientationPreview | None:
    """Return a text with the numbers of the settings, None if it is none or is left out."""
    if name not in ORIENTATION_TEXTS or not text.strip():
        return None
    said = fill_numbers(text, program)
    if is_question(name):
        return OrientationPreview(None, Question(name, said, language), language)
    return OrientationPreview(Module(name, said, language), None, language)
