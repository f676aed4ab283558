"""Find the vocabulary entries that the answers of a roster name, and add new ones.

Two words are the same entry only if they are the same word, whatever their case and spacing. "C",
"C++" and "C#" are three, and so are two words of a script that a code cannot be written in.
"""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, Self

from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Industry, Language
from programs.models import Experience, Program, Topic
from programs.spellings import fold, unique_code
from programs.word_merging import WordModel, merged_into

from .maps import FieldMap
from .normalization import closest
from .records import Problem, Record

NAME_LENGTH = 120
MODELS: dict[str, WordModel] = {
    "topics": Topic,
    "experiences": Experience,
    "industries": Industry,
    "languages": Language,
}


class Entry(Protocol):
    """What topics, experiences, languages and industries have in common."""

    pk: int
    code: str
    names: dict[str, str]


class VocabularyLookup:
    """The entries of one field, found by code or by name in any language.

    `create(name)` saves an entry for an unknown name; it is used only if the map allows it.
    """

    def __init__(
        self,
        field: str,
        mapping: FieldMap,
        entries: Iterable[Entry],
        create: Callable[[str], Entry],
    ) -> None:
        self.field = field
        self.mapping, self.create = mapping, create
        self.unknown: Counter[str] = Counter()  # words of the file that the vocabulary lacks
        self.renamed: Counter[str] = Counter()  # those of which the map says what they are called
        self.names: list[str] = []
        self.added: dict[int, str] = {}
        self.by_name: dict[str, Entry] = {}
        self.by_code: dict[str, Entry] = {}
        for entry in entries:
            self.by_code[entry.code] = entry
            self.names.append(str(entry))
            for name in entry.names.values():
                self.by_name.setdefault(fold(name), entry)
        self._add_merged()

    def _add_merged(self) -> None:
        """Let the names of words that were merged mean the word that stands for them."""
        current = {entry.pk: entry for entry in self.by_code.values()}
        model = MODELS[self.field]
        kept = {pk: to for pk, to in merged_into(model).items() if to in current}
        for entry in model._default_manager.filter(pk__in=kept).order_by("pk"):
            for name in entry.names.values():
                self.by_name.setdefault(fold(name), current[kept[entry.pk]])

    @classmethod
    def of_program(
        cls, field: str, mapping: FieldMap, model: type[Topic] | type[Experience], program: Program
    ) -> Self:
        """Return the lookup of a program's words. A new word comes last in the forms."""
        own = model.objects.filter(program=program)
        taken = set(own.values_list("code", flat=True))

        def create(name: str) -> Entry:
            last = own.aggregate(last=Max("position"))["last"] or 0
            code = unique_code(name, taken)
            names = {program.language: name}
            return model.objects.create(
                program=program, code=code, names=names, position=last + 1, is_from_import=True
            )

        return cls(field, mapping, model.objects.current(program), create)

    @classmethod
    def shared(cls, field: str, mapping: FieldMap, model: type[Industry] | type[Language]) -> Self:
        """Return the lookup of words that all programs share."""
        taken = set(model.objects.values_list("code", flat=True))

        def create(name: str) -> Entry:
            code = unique_code(name, taken)
            return model.objects.create(code=code, names={"en": name}, is_from_import=True)

        return cls(field, mapping, model.objects.current(), create)

    def entries(
        self, record: Record, own: Mapping[str, Entry] | None = None
    ) -> tuple[list[Entry], list[Problem]]:
        """Return the entries that a record names, and a problem for each unknown name.

        `own` {spelling: entry} are words that the person has chosen already, also retired ones.
        """
        found, problems = [], []
        for written in self._whole_words(record.lists.get(self.field, [])):
            name = self.mapping.rename.get(fold(written), written)
            if fold(written) in self.mapping.rename:
                self.renamed[written] += 1
            if not name:
                continue
            if len(name) > NAME_LENGTH:
                message = _("“%(text)s…” has more than %(limit)d characters.")
                about = {"text": name[:40], "limit": NAME_LENGTH}
                problems.append(Problem(record.row, self.field, message % about))
                continue
            entry = (own or {}).get(fold(name)) or self._find(name)
            if entry is not None:
                found.append(entry)
                continue
            message = _("“%(text)s” is not in the vocabulary.") % {"text": name[:80]}
            if hint := closest(name, self.by_name):
                message += " " + _("Did you mean “%(hint)s”?") % {"hint": hint}
            problems.append(Problem(record.row, self.field, message))
        return list(dict.fromkeys(found)), problems

    def known(self, word: str) -> Entry | None:
        """Return the entry that a word of the file means, None if there is none yet."""
        return self.by_name.get(fold(self.mapping.rename.get(fold(word), word)))

    def _whole_words(self, pieces: list[str]) -> list[str]:
        """Put words together again that contain the separator: the vocabulary comes first."""
        found: list[str] = []
        start = 0
        while start < len(pieces):
            for end in range(len(pieces), start, -1):
                several = [mark.join(pieces[start:end]) for mark in (", ", "; ", ",", ";")]
                known = next((one for one in several if fold(one) in self.by_name), None)
                if known or end == start + 1:
                    found.append(known or pieces[start])
                    start = end
                    break
        return found

    def _find(self, name: str) -> Entry | None:
        entry = self.by_name.get(fold(name)) or self.by_code.get(name)
        if (entry is None or entry.pk in self.added) and fold(name) not in self.mapping.add:
            self.unknown[name] += 1
        if entry is None and (self.mapping.create or fold(name) in self.mapping.add):
            entry = self.create(name)
            self.by_name[fold(name)] = entry
            self.added[entry.pk] = name
        return entry


def stand_ins(field: str) -> dict[object, object]:
    """Return {key of a merged word: key of the word that stands for it}, as answers have keys."""
    merged = merged_into(MODELS[field])
    if field in ("topics", "experiences"):
        return {pk: kept for pk, kept in merged.items()}  # noqa: C416  of another type
    codes = MODELS[field]._default_manager.in_bulk({*merged, *merged.values()})
    return {codes[pk].code: codes[kept].code for pk, kept in merged.items()}


def spellings(entry: Entry) -> list[str]:
    """Return how an entry can be written: its names in every language, and its code."""
    return [*(fold(name) for name in entry.names.values()), fold(entry.code)]


def nearest_first(word: str, names: Iterable[str]) -> list[str]:
    """Return names, those that are most like a word first."""
    plain = fold(word)

    def likeness(name: str) -> float:
        return difflib.SequenceMatcher(None, plain, fold(name)).ratio()

    return sorted(names, key=lambda name: (-likeness(name), name))
