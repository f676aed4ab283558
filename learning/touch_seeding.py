"""The short texts with which a program starts, from the file `seeds/touches.toml`.

They are the product's own words, in English and French. Loading them again adds nothing, and never
overwrites what the committee has changed or retired.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from django.db import transaction

from programs.models import Program
from programs.role_names.speaking import said_in_each_language

from .models import LibraryItem, TouchText, TouchVersion

FILE = Path(__file__).parent / "seeds" / "touches.toml"
LANGUAGES = ("en", "fr")
Words = dict[str, str]  # by language


@dataclass(frozen=True)
class TouchSeed:
    """One text; `item` is the code of the library item to read with it, or ""."""

    role: str
    month: int
    item: str
    titles: Words
    texts: Words
    tries: Words

    def words_of(self, program: Program) -> dict[str, Words]:
        """Return the columns of a version, with the roles named as a program does."""
        columns = {"titles": self.titles, "texts": self.texts, "tries": self.tries}
        return {name: said_in_each_language(program, texts) for name, texts in columns.items()}


@cache
def _file() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def seeds() -> Iterator[TouchSeed]:
    """Yield the texts by role and month."""
    for role, months in _file().items():
        for month, one in months.items():
            words = (_by_language(one, name) for name in ("title", "text", "try"))
            yield TouchSeed(role, int(month), one.get("item", ""), *words)


def _by_language(one: dict[str, str], name: str) -> Words:
    return {code: one[f"{name}_{code}"].strip() for code in LANGUAGES}


@transaction.atomic
def load(program: Program, *, at: datetime) -> int:
    """Add the texts of the roles and months that a program never had; return how many."""
    there = set(TouchText.objects.filter(program=program).values_list("role", "month"))
    items = {row.code: row for row in LibraryItem.objects.filter(program=program)}
    new = [seed for seed in seeds() if (seed.role, seed.month) not in there]
    texts = TouchText.objects.bulk_create(
        TouchText(program=program, role=seed.role, month=seed.month, item=items.get(seed.item))
        for seed in new
    )
    TouchVersion.objects.bulk_create(
        TouchVersion(text=text, number=1, saved_at=at, **seed.words_of(program))
        for text, seed in zip(texts, new, strict=True)
    )
    return len(new)
