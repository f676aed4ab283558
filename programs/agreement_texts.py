"""The wording of a program's mentoring agreement as it is now, in each language of the site.

A language without its own words falls back to what the program says in its own language, and to
the product's wording while it says nothing there either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import override

from .models import AGREEMENT_TEXTS, Program, TextVersion
from .models.agreement_texts import COMMITTEE_READS
from .models.translated_texts import TranslatedText

PLACEHOLDER = re.compile(r"\{(\w+)\}")
BRACES = str.maketrans("{}", "()")  # a name is no placeholder
Wording = dict[str, TranslatedText]  # by the name of the text
# The newest versions by name and language; a text that was emptied is there as "".
Own = Mapping[tuple[str, str], str]


def own_texts(program: Program) -> Own:
    """Return what the program says itself, from one query."""
    rows = TextVersion.objects.filter(program=program, name__in=AGREEMENT_TEXTS).order_by()
    newest = rows.values("name", "language").annotate(newest=Max("pk")).values("newest")
    found = TextVersion.objects.filter(pk__in=newest).values_list("name", "language", "text")
    return {(name, language): text.strip() for name, language, text in found}


def default_of(name: str, language: str) -> str:
    """Return the product's wording of a text in a language, with its placeholders."""
    with override(language):
        return str(AGREEMENT_TEXTS[name].default)


def text_of(own: Own, program: Program, name: str, language: str) -> TranslatedText:
    """Return what a text says to readers of `language`, with its placeholders."""
    said = own.get((name, language))
    if said or (said is not None and language == program.language):
        return TranslatedText.of(said, language)
    said = own.get((name, program.language))
    if said is not None and said != default_of(name, program.language):
        return TranslatedText.of(said, program.language)
    return TranslatedText.of(default_of(name, language), language)


def wordings(program: Program) -> dict[str, Wording]:
    """Return every text in each language. Only the names of the two people are left to fill in."""
    own = own_texts(program)
    return {language: wording_in(language, own, program) for language, _name in settings.LANGUAGES}


def wording_in(language: str, own: Own, program: Program) -> Wording:
    """Return every text for readers of a language, given what the program says itself."""
    return {
        name: _with_program(text_of(own, program, name, language), program)
        for name in AGREEMENT_TEXTS
    }


def _with_program(text: TranslatedText, program: Program) -> TranslatedText:
    with override(text.lang):
        name = program.name.translate(BRACES)
        facts = {"program": name, "committee_reads": str(COMMITTEE_READS)}
    return TranslatedText.of(fill(text, facts), text.lang)


def fill(text: str, facts: Mapping[str, str]) -> str:
    """Replace each placeholder that `facts` knows, once: what is filled in is not read again."""
    return PLACEHOLDER.sub(lambda found: facts.get(found[1], found[0]), text)


def check(name: str, text: str, *, is_own: bool) -> None:
    """Refuse a text with a placeholder that is unknown or lost, and an empty one that is required.

    `is_own`: in the program's language. In another one an empty text falls back to that. Raises
    ValidationError.
    """
    kind = AGREEMENT_TEXTS[name]
    if not text.strip():
        if kind.is_required and is_own:
            raise ValidationError(_("This text can't be empty: every agreement needs it."))
        return
    known = [f"{{{one}}}" for one in kind.placeholders]
    rest = text
    for one in known:
        rest = rest.replace(one, "")
    strange = re.findall(r"\{[^{}]*\}?|\}", rest)
    lost = [one for one in known if one not in text]
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
    if reasons:
        raise ValidationError(reasons)
