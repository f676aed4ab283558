"""The wording of a program's mentoring agreement as it is now, in each language of the site."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import override

from .models import AGREEMENT_TEXTS, Program
from .models.agreement_texts import COMMITTEE_READS
from .models.translated_texts import TranslatedText
from .role_names.speaking import speaking_for
from .texts_with_defaults import Own, fill, own_texts, text_of

BRACES = str.maketrans("{}", "()")  # a name is no placeholder
Wording = dict[str, TranslatedText]  # by the name of the text


def wordings(program: Program) -> dict[str, Wording]:
    """Return every text in each language. Only the names of the two people are left to fill in."""
    own = own_texts(program, AGREEMENT_TEXTS)
    return {language: wording_in(language, own, program) for language, _name in settings.LANGUAGES}


def wording_in(language: str, own: Own, program: Program) -> Wording:
    """Return every text for readers of a language, given what the program says itself."""
    return {
        name: _with_program(text_of(own, program, name, language), program)
        for name in AGREEMENT_TEXTS
    }


def _with_program(text: TranslatedText, program: Program) -> TranslatedText:
    with override(text.lang), speaking_for(program):
        name = program.name.translate(BRACES)
        facts = {"program": name, "committee_reads": str(COMMITTEE_READS)}
    return TranslatedText.of(fill(text, facts), text.lang)
