"""Find the vocabulary entries that the answers of a roster name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from django.utils.text import slugify
from django.utils.translation import gettext as _

from .maps import FieldMap
from .normalization import closest, fold
from .records import Problem, Record

CODE_LENGTH, NAME_LENGTH = 60, 120


class Entry(Protocol):
    """What topics, experiences, languages and industries have in common."""

    pk: int
    code: str
    names: dict[str, str]


class VocabularyLookup:
    """The entries of one field, found by code or by name in any language.

    `create(code, name)` saves an entry for an unknown name; it is used only if the map allows it.
    """

    def __init__(
        self,
        field: str,
        mapping: FieldMap,
        entries: Iterable[Entry],
        create: Callable[[str, str], Entry],
    ) -> None:
        self.field = field
        self.create = create if mapping.create else None
        self.by_name: dict[str, Entry] = {}
        for entry in entries:
            for name in (entry.code, *entry.names.values()):
                self.by_name.setdefault(fold(name), entry)

    def entries(self, record: Record) -> tuple[list[Entry], list[Problem]]:
        """Return the entries that a record names, and a problem for each unknown name."""
        found, problems = [], []
        for name in record.lists.get(self.field, []):
            entry = self._find(name)
            if entry is not None:
                found.append(entry)
                continue
            message = _("“%(text)s” is not in the vocabulary.") % {"text": name[:80]}
            if hint := closest(name, self.by_name):
                message += " " + _("Did you mean “%(hint)s”?") % {"hint": hint}
            problems.append(Problem(record.row, self.field, message))
        return list(dict.fromkeys(found)), problems

    def _find(self, name: str) -> Entry | None:
        entry = self.by_name.get(fold(name))
        if entry is None and self.create and slugify(name):
            entry = self.create(slugify(name)[:CODE_LENGTH], name[:NAME_LENGTH])
            self.by_name[fold(name)] = entry
        return entry
