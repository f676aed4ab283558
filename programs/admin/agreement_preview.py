"""What a pair will read of a program's wording, with invented names, before it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .. import agreement_texts, texts_with_defaults
from ..models import AGREEMENT_TEXTS, Program


@dataclass(frozen=True)
class PreviewedText:
    """One text under its heading; a pair changes it if it `is_start`."""

    label: str
    lines: list[str]
    lang: str
    is_start: bool


def preview(
    program: Program, language: str, tried: Mapping[str, str] | None = None
) -> list[PreviewedText]:
    """Return the texts of an agreement in a language; those in `tried` are not saved yet."""
    saved = texts_with_defaults.own_texts(program, AGREEMENT_TEXTS)
    unsaved = {(name, language): text.strip() for name, text in (tried or {}).items()}
    wording = agreement_texts.wording_in(language, {**saved, **unsaved}, program)
    names = {"mentee": _("(name of the mentee)"), "mentor": _("(name of the mentor)")}
    return [
        PreviewedText(
            str(AGREEMENT_TEXTS[name].label),
            texts_with_defaults.fill(text, names).splitlines(),
            text.lang,
            AGREEMENT_TEXTS[name].is_start,
        )
        for name, text in wording.items()
        if text
    ]
