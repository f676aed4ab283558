"""The words of a vocabulary as a sheet: the names in every language, and what else is known."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import Industry, Language

from .models import Entry, Experience, ProgramActivity, Topic
from .program_texts import language_in_sentence
from .spreadsheets import Cell, Sheet

Word = Topic | Experience | ProgramActivity | Industry | Language


def words_sheet(rows: QuerySet) -> Sheet:
    """Return the sheet of topics, experiences, industries or languages."""
    languages = [code for code, _name in settings.LANGUAGES]
    headings = [
        *(_("Name in %(language)s") % {"language": language_in_sentence(one)} for one in languages),
        _("Code"),
        _("Program"),
        _("Kind"),
        _("Position"),
        _("Retired on"),
    ]
    return Sheet(
        capfirst(str(rows.model._meta.verbose_name_plural)), headings, _rows(rows, languages)
    )


def _rows(rows: QuerySet, languages: list[str]) -> Iterator[list[Cell]]:
    if issubclass(rows.model, Entry):
        rows = rows.select_related("program")
    word: Word
    for word in rows:
        names: list[Cell] = [word.names.get(code, "") for code in languages]
        yield [*names, word.code, *_details(word), word.retired_on]


def _details(word: Word) -> list[Cell]:
    """Return the program, kind and position of a word, as far as it has them."""
    if isinstance(word, Topic | Experience | ProgramActivity):
        program = word.program.name if word.program else _("Shared by all programs")
        kind = word.get_kind_display() if isinstance(word, Topic | ProgramActivity) else ""
        return [program, kind, word.position]
    return [_("Shared by all programs"), "", ""]
