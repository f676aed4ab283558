"""Texts that say what the product says until a program has its own, in each language of the site.

A language without its own words falls back to what the program says in its own language, and to
the product's wording while it says nothing there either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db.models import Max, Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from .models import DEFAULT_TEXTS, Program, TextVersion
from .models.translated_texts import TranslatedText
from .role_names.speaking import speaking_for

PLACEHOLDER = re.compile(r"\{(\w+)\}")
# The newest versions by name and language; a text that was emptied is there as "".
Own = Mapping[tuple[str, str], str]


def own_texts(program: Program, names: Iterable[str], *, at: datetime | None = None) -> Own:
    """Return what the program says itself, or said `at` a moment, from one query."""
    rows = TextVersion.objects.filter(program=program, name__in=list(names)).order_by()
    if at is not None:
        rows = rows.filter(Q(at=None) | Q(at__lte=at))
    newest = rows.values("name", "language").annotate(newest=Max("pk")).values("newest")
    found = TextVersion.objects.filter(pk__in=newest).values_list("name", "language", "text")
    return {(name, language): text.strip() for name, language, text in found}


def default_of(name: str, language: str, program: Program) -> str:
    """Return the product's wording of a text in a language, with its placeholders.

    It names the roles as the program does.
    """
    with override(language), speaking_for(program):
        return str(DEFAULT_TEXTS[name].default)


def text_of(own: Own, program: Program, name: str, language: str) -> TranslatedText:
    """Return what a text says to readers of `language`, with its placeholders."""
    said = own.get((name, language))
    if said or (said is not None and language == program.language):
        return TranslatedText.of(said, language)
    said = own.get((name, program.language))
    if said is not None and said != default_of(name, program.language, program):
        return TranslatedText.of(said, program.language)
    return TranslatedText.of(default_of(name, language, program), language)


def fill(text: str, facts: Mapping[str, str]) -> str:
    """Replace each placeholder that `facts` knows, once: what is filled in is not read again."""
    return PLACEHOLDER.sub(lambda found: facts.get(found[1], found[0]), text)


def check(name: str, text: str, *, is_own: bool) -> None:
    """Refuse a text with a placeholder that is unknown or lost, and an empty one that is required.

    `is_own`: in the program's language. In another one an empty text falls back to that. Raises
    ValidationError.
    """
    kind = DEFAULT_TEXTS[name]
    if not text.strip():
        if kind.is_required and is_own:
            raise ValidationError(_("This text can't be empty."))
        return
    needed = [f"{{{one}}}" for one in kind.placeholders]
    known = needed + [f"{{{one}}}" for one in kind.optional_placeholders]
    rest = text
    for one in known:
        rest = rest.replace(one, "")
    strange = re.findall(r"\{[^{}]*\}?|\}", rest)
    lost = [one for one in needed if one not in text]
    reasons = []
    if strange:
        words = (
            _("“%(unknown)s” is not a placeholder of this text. It has these: %(known)s.")
            if known
            else _("“%(unknown)s” can't be used: this text has no placeholders.")
        )
        reasons.append(words % {"unknown": strange[0][:40], "known": ", ".join(known)})
    if lost:
        words = _("Put %(lost)s back into the text: it is filled in for each pair.")
        reasons.append(words % {"lost": ", ".join(lost)})
    reasons += kind.problems(text) if kind.problems else []
    if reasons:
        raise ValidationError(reasons)
