"""What is read of a roster and what becomes of it: records, problems, changes, the result."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from django.utils.translation import gettext as _

from applications.name_matching import name_words
from programs.spellings import fold

from .parsers import Value

T = TypeVar("T")


@dataclass(frozen=True)
class Problem:
    """Something that must be fixed in the file or the map.

    `row` is the line in the file, 0 for the whole file.
    """

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        where = _("Row %(row)d") % {"row": self.row} if self.row else _("The file")
        if self.column:
            where = f"{where}, {self.column}"
        return f"{where}: {self.message}"


@dataclass
class Record:
    """An application to be saved.

    `values` has the single facts, `lists` the fields with several answers, `attributes` the
    program's own questions. `rank` is the place of a row's answer, `weights` {topic: weight}.
    """

    row: int
    role: str
    key: str
    email: str
    values: dict[str, Value | None] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    attributes: dict[str, list[str]] = field(default_factory=dict)
    rank: int = 0
    weights: dict[str, int] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """What tells the person from others in a file: the address, else the id, else the name."""
        name = " ".join(sorted(name_words(str(self.values.get("name") or ""))))
        return self.email or (f"id {fold(self.key)}" if self.key else f"name {name}")

    def present(self, names: Iterable[str]) -> dict[str, Value]:
        """Return those of the named values that the file has."""
        return {name: value for name in names if (value := self.values.get(name)) is not None}


@dataclass
class Change:
    """What an import does to one application, with the person's own facts.

    `changes` {field: (old, new)}, `kept` {field: (the person's own answer, the file's)}. `reason`
    says why a row is passed over. `names` has (sentence, people who may be meant, is open) for each
    person named in a wish.
    """

    row: int
    person: int
    application: int
    name: str
    email: str  # as in the file
    role: str
    is_new: bool = False
    is_new_person: bool = False
    changes: dict[str, tuple[object, object]] = field(default_factory=dict)
    kept: dict[str, tuple[object, object]] = field(default_factory=dict)
    reason: str = ""
    names: list[tuple[str, list[int], bool]] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether a wish of this person names nobody for certain."""
        return any(is_open for _text, _people, is_open in self.names)


@dataclass(frozen=True)
class NewWord:
    """A word of the file that a vocabulary lacks; `nearest` are known words, the closest first.

    `meaning` is what an earlier choice calls it: a known word, "" to leave it out, None for none.
    """

    field: str
    word: str
    count: int
    nearest: list[str]
    meaning: str | None = None


@dataclass
class ImportResult:
    """What an import did, or would do. `unchanged` and `skipped` are part of the rest."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    people_created: int = 0
    added: dict[str, dict[int, str]] = field(default_factory=dict)  # new words and employers, by id
    changes: list[Change] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)  # worth knowing, stops nothing
    left_out: list[str] = field(default_factory=list)  # headings
    words: list[NewWord] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def found(self, lookup: tuple[list[T], list[Problem]]) -> list[T]:
        """Add the problems of a vocabulary lookup and return its entries."""
        entries, problems = lookup
        self.problems += problems
        return entries

    @property
    def ok(self) -> bool:
        return not self.problems
