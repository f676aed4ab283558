"""The topics and library items with which a program starts, from the file `seeds/library.toml`.

They are the product's own words, in English and French, without links that could break. Loading
them again adds nothing, and never overwrites what the committee has changed or retired.
"""

from __future__ import annotations

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal, TypedDict

from django.db import transaction
from django.utils import timezone

from programs.models import Program
from programs.role_names.speaking import said_in_each_language

from .models import ItemVersion, LibraryItem, SupportTopic
from .models.item_versions import WORDS

FILE = Path(__file__).parent / "seeds" / "library.toml"
LANGUAGES = ("en", "fr")
TEXTS: tuple[Literal["titles", "summaries", "texts"], ...] = ("titles", "summaries", "texts")


class TopicSeed(TypedDict):
    code: str
    position: int
    role: str
    names: dict[str, str]


class ItemSeed(TypedDict):
    code: str
    position: int
    role: str
    titles: dict[str, str]
    summaries: dict[str, str]
    texts: dict[str, str]


@cache
def _file() -> dict[str, dict]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def topic_seeds() -> list[TopicSeed]:
    """Return the columns of each topic, without the program."""
    return [
        {"code": code, "position": n, "role": one.get("role", ""), "names": one["name"]}
        for n, (code, one) in enumerate(_file()["topics"].items(), start=1)
    ]


def item_seeds() -> list[tuple[ItemSeed, list[str]]]:
    """Return the columns of each item without the program, and the codes of its topics."""
    return [
        (
            {
                "code": code,
                "position": n,
                "role": one.get("role", ""),
                "titles": _by_language(one, "title"),
                "summaries": _by_language(one, "summary"),
                "texts": _by_language(one, "text"),
            },
            one["topics"],
        )
        for n, (code, one) in enumerate(_file()["items"].items(), start=1)
    ]


def item_steps() -> dict[str, str]:
    """Return the step of each item, "" for none; migration 0002, older than steps, asks not."""
    return {code: one.get("step", "") for code, one in _file()["items"].items()}


def _by_language(one: dict[str, str], name: str) -> dict[str, str]:
    return {code: one[f"{name}_{code}"].strip() for code in LANGUAGES}


def words_of(seed: ItemSeed, program: Program) -> dict[str, dict[str, str]]:
    """Return the texts of an item, with the roles named as a program does."""
    columns = {name: seed[name] for name in TEXTS}
    return {name: said_in_each_language(program, texts) for name, texts in columns.items()}


@transaction.atomic
def load(program: Program, *, at: datetime | None = None) -> int:
    """Add what a program does not have yet; return how many topics and items were new."""
    topics = SupportTopic.objects.filter(program=program)
    items = LibraryItem.objects.filter(program=program)
    known = set(topics.values_list("code", flat=True))
    new = [one for one in topic_seeds() if one["code"] not in known]
    SupportTopic.objects.bulk_create(SupportTopic(program=program, **one) for one in new)
    by_code = {one.code: one for one in topics.all()}
    known, steps = set(items.values_list("code", flat=True)), item_steps()
    new_items = [(one, codes) for one, codes in item_seeds() if one["code"] not in known]
    added = LibraryItem.objects.bulk_create(
        LibraryItem(
            program=program,
            step=steps[columns["code"]],
            **{**columns, **words_of(columns, program)},
        )
        for columns, _codes in new_items
    )
    saved_at = at or timezone.now()
    ItemVersion.objects.bulk_create(
        ItemVersion(item=item, saved_at=saved_at, **{name: getattr(item, name) for name in WORDS})
        for item in added
    )
    about = LibraryItem.topics.through
    about.objects.bulk_create(
        about(libraryitem=item, supporttopic=by_code[code])
        for item, (_columns, codes) in zip(added, new_items, strict=True)
        for code in codes
    )
    return len(new) + len(new_items)
