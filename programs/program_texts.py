"""Edit the texts of a program in each language of the site.

The set-up texts are columns of the program; those of the application form and of the agreement are
versions only, and say what the product says until a program has its own.

1. Every change is a version with its author and time; nothing is overwritten.
2. Who saves says which version they have read. If someone else has saved since, nothing is saved
   and they see both texts.
3. An older version is put back by making it the newest.
"""

from __future__ import annotations

from collections.abc import Collection
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import TextField
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from access.exceptions import ActionNotAllowed
from accounts.models import User

from . import texts_with_defaults
from .committee import Role, has_role
from .models import DEFAULT_TEXTS, ORIENTATION_TEXTS, SET_UP_TEXTS, Program, TextVersion
from .models.programs import OTHER_HELP_NEEDED
from .signals import text_to_read_again

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
# What people accept or pass, and can be asked for again.
READ_AGAIN = ("code_of_conduct", *ORIENTATION_TEXTS)
# As they stand inside a sentence; French writes them small there.
IN_SENTENCES = {
    "en": pgettext_lazy("in a sentence", "English"),
    "fr": pgettext_lazy("in a sentence", "French"),
}


def language_in_sentence(code: str) -> str:
    return str(IN_SENTENCES.get(code, code))


class TextChanged(Exception):
    """Someone else has saved the text since it was read; `newest` is what they saved."""

    def __init__(self, newest: TextVersion) -> None:
        super().__init__(newest)
        self.newest = newest


@dataclass(frozen=True)
class TextState:
    """One text of a program in one language, for the list of texts."""

    name: str
    language: str
    text: str
    is_own: bool  # in the program's language, to which the others fall back

    @property
    def label(self) -> str:
        return label_of(self.name)

    @property
    def language_label(self) -> str:
        return capfirst(language_in_sentence(self.language))


def column(name: str) -> TextField:
    """Return the column of the program that holds a set-up text in its own language."""
    return cast(TextField, Program._meta.get_field(name))


def label_of(name: str) -> str:
    """Return what the committee calls a text."""
    if name in DEFAULT_TEXTS:
        return str(DEFAULT_TEXTS[name].label)
    return capfirst(str(column(name).verbose_name))


def help_of(name: str) -> str:
    """Return what the committee should know about a text before writing it."""
    if name in DEFAULT_TEXTS:
        return str(DEFAULT_TEXTS[name].help_text)
    return str(column(name).help_text)


def languages_of(program: Program) -> list[str]:
    """Return the languages of the site, the program's own first."""
    return [program.language, *(one for one in LANGUAGES if one != program.language)]


def text_of(program: Program, name: str, language: str) -> str:
    """Return what a text says in exactly this language, "" if it is missing.

    One that has a default says what the product says until the program has written its own.
    """
    if name in DEFAULT_TEXTS:
        own = texts_with_defaults.own_texts(program, [name])
        return _exact_text(own, program, name, language)
    if language == program.language:
        return str(getattr(program, name))
    return str(program.translations.get(name, {}).get(language, ""))


def _exact_text(own: texts_with_defaults.Own, program: Program, name: str, language: str) -> str:
    said = texts_with_defaults.text_of(own, program, name, language)
    return said if said.lang == language else ""


def default_text_states(program: Program, names: Collection[str]) -> list[list[TextState]]:
    """Return texts that have a default in every language, grouped by text."""
    own = texts_with_defaults.own_texts(program, names)
    return [
        [
            TextState(
                name, one, _exact_text(own, program, name, one), is_own=one == program.language
            )
            for one in languages_of(program)
        ]
        for name in names
    ]


def states(program: Program) -> list[list[TextState]]:
    """Return every set-up text in every language, grouped by text."""
    return [
        [
            TextState(name, one, text_of(program, name, one), is_own=one == program.language)
            for one in languages_of(program)
        ]
        for name in SET_UP_TEXTS
    ]


def newest_of(program: Program, name: str, language: str) -> TextVersion | None:
    """Return the version that people read, None if none was kept yet."""
    return TextVersion.objects.filter(program=program, name=name, language=language).first()


@transaction.atomic
def save_text(
    program: Program,
    name: str,
    language: str,
    text: str,
    *,
    by: User,
    seen: int,
    asks_again: bool = False,
) -> bool:
    """Save a text as its newest version; return whether it says something new.

    `seen`: the id of the version that `by` has read, 0 for none. `asks_again`: who has accepted or
    passed an earlier version is asked to do it again, for the texts in `READ_AGAIN`.

    Raises ActionNotAllowed for anyone but a chair, ValidationError for a text that the program
    refuses, and TextChanged if someone else has saved another text since.
    """
    if not has_role(by, program, Role.CHAIR):
        raise ActionNotAllowed(_("You don't have permission to do this."))
    fresh = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    words = _plain(text)
    if words == _plain(text_of(fresh, name, language)):
        return False
    newest = newest_of(fresh, name, language)
    if newest is not None and newest.pk != seen:
        raise TextChanged(newest)
    check_text(fresh, name, language, words)
    keep_version(fresh, name, language, words, by=by, asks_again=asks_again)
    if name in DEFAULT_TEXTS:
        return True
    if language == fresh.language:
        setattr(fresh, name, words)
        fresh.save(update_fields=[name])
    else:
        theirs = {**fresh.translations.get(name, {}), language: words}
        kept = {one: said for one, said in theirs.items() if said}
        fresh.translations = {**fresh.translations, name: kept}
        fresh.save(update_fields=["translations"])
    return True


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def check_text(program: Program, name: str, language: str, text: str) -> None:
    """Ask the rules of the program about a text. Raises ValidationError with the reasons.

    What they say without this text too is about something else, which is not edited here.
    """
    if name in DEFAULT_TEXTS:
        texts_with_defaults.check(name, text, is_own=language == program.language)
        return
    if not text and language == program.language:
        if not column(name).blank:
            raise ValidationError(_("This text can't be empty."))
        if name == "other_help" and program.needs_other_help:
            raise ValidationError(OTHER_HELP_NEEDED)
    anyway = _refusals(program, name, "")
    refused = _refusals(program, name, text)
    reasons = [one for field, texts in refused.items() if field not in anyway for one in texts]
    if reasons:
        raise ValidationError(reasons)


def _refusals(program: Program, name: str, text: str) -> dict[str, list[str]]:
    """Return {field: reasons} why the program could not be saved with this text."""
    tried = copy(program)
    setattr(tried, name, text)
    try:
        tried.clean()
    except ValidationError as error:
        return error.message_dict
    return {}


def keep_version(
    program: Program,
    name: str,
    language: str,
    text: str,
    *,
    by: User,
    before: str | None = None,
    asks_again: bool = False,
    at: datetime | None = None,
) -> None:
    """Add a version. The text from before versions were kept is added first, without an author.

    `before`: what the text said until now, by default what `program` has.
    """
    row = {"program": program, "name": name, "language": language}
    was = text_of(program, name, language) if before is None else before
    if name in DEFAULT_TEXTS:
        was = ""  # the product's wording, which is not theirs
    if was and newest_of(program, name, language) is None:
        TextVersion.objects.create(**row, text=was, by=None, at=None)
    made = TextVersion.objects.create(**row, text=text, by=by, at=at or timezone.now())
    if asks_again and name in READ_AGAIN:
        text_to_read_again.send(Program, program=program, name=name, version=made.pk, at=made.at)
