"""Which wording of the program an agreement has, and how a pair changes it.

A version of an agreement is written with the wording that the program has at its beginning, in the
language of whoever begins it, and keeps both: what the committee changes later is not in it. While
the version is not signed, the pair can take the newest wording or the other language; that is a
change of the text like any other. The next version begins with the newest wording.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import get_language

from accounts.models import User
from matches.models import Match
from programs import agreement_texts, texts_with_defaults
from programs.models import Program

from .models import AgreementVersion, AgreementWording
from .models.wordings import Stored, hash_of

BEFORE_PARTS = ("agreement_introduction", "agreement_promises")
AFTER_PARTS = ("agreement_limits", "agreement_no_fault", "agreement_committee")
NAMES = frozenset({*BEFORE_PARTS, *AFTER_PARTS})  # of what is printed as it is
LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)


def language_name(code: str) -> str:
    """Return the name of a language of the site, as the reader calls it."""
    return str(dict(settings.LANGUAGES).get(code, code))


@dataclass(frozen=True)
class FixedText:
    """A text that is printed in the agreement as the program wrote it, with names filled in."""

    name: str
    lang: str
    words: str


def _texts_now(program: Program) -> Stored:
    return {
        language: {name: [text.lang, str(text)] for name, text in wording.items()}
        for language, wording in agreement_texts.wordings(program).items()
    }


def newest(program: Program) -> AgreementWording:
    """Return the wording that the program has now, not saved unless an agreement has it already.

    For reading; `freeze` is for writing.
    """
    texts = _texts_now(program)
    return AgreementWording(program=program, texts=texts, sha256=hash_of(texts), number=0)


@transaction.atomic
def freeze(program: Program, *, at: datetime) -> AgreementWording:
    """Return the wording that the program has now, as a row that stays as it is."""
    Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    texts = _texts_now(program)
    rows = AgreementWording.objects.filter(program=program)
    found = rows.filter(sha256=hash_of(texts)).first()
    if found is not None:
        return found
    last = rows.aggregate(last=Max("number"))["last"] or 0
    return AgreementWording.objects.create(
        program=program, number=last + 1, texts=texts, sha256=hash_of(texts), made_at=at
    )


def language_for(person: User, program: Program) -> str:
    """Return the language in which an agreement begins that `person` starts to write."""
    wanted = person.language.split("-")[0]
    return wanted if wanted in LANGUAGES else program.language


def reading_language(version: AgreementVersion) -> str:
    """Return the language of the fixed text: the agreed one.

    Agreements from before there was a choice have none. They read in that of the reader, as ever.
    """
    return version.wording_language or (get_language() or version.program.language).split("-")[0]


def fixed_texts(version: AgreementVersion, language: str) -> dict[str, FixedText]:
    """Return what is printed beside the parts of the pair, in order; empty texts are left out."""
    mentee, mentor = version.match.people
    names = {"mentee": mentee.name, "mentor": mentor.name}
    found = {}
    for name in (*BEFORE_PARTS, *AFTER_PARTS):
        text = version.wording.text(name, language)
        if text:
            found[name] = FixedText(name, text.lang, texts_with_defaults.fill(text, names))
    return found


def starting_text(match: Match, version: AgreementVersion | None, name: str) -> str:
    """Return the text from which a pair starts, in the language of its agreement."""
    if version is not None:
        return str(version.wording.text(name, reading_language(version)))
    language = (get_language() or match.program.language).split("-")[0]
    return str(newest(match.program).text(name, language))


def is_outdated(version: AgreementVersion) -> bool:
    """Whether the program has changed its wording since `version` was begun."""
    return version.wording.sha256 != newest(version.program).sha256
