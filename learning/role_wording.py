"""Let library items and short texts follow a program's names of the roles.

Only what still says what the product says: a text that the committee has changed stays as it is.
"""

from __future__ import annotations

from datetime import datetime

from programs.models import Program

from . import seeding, touch_seeding
from .item_saving import save_version
from .models import LibraryItem, TouchText
from .touch_planning import save_words


def follow_names(program: Program, before: Program, *, at: datetime) -> None:
    """Reword what says what the product does with the names of `before`, the program until now."""
    _reword_items(program, before, at)
    _reword_touches(program, before, at)


def _reword_items(program: Program, before: Program, at: datetime) -> None:
    rows = {row.code: row for row in LibraryItem.objects.filter(program=program)}
    for seed, _topics in seeding.item_seeds():
        row = rows.get(seed["code"])
        old, new = seeding.words_of(seed, before), seeding.words_of(seed, program)
        if row is None or old == new:
            continue
        for name, texts in new.items():
            if getattr(row, name) == old[name]:
                setattr(row, name, texts)
        row.save(update_fields=[*seeding.TEXTS])
        save_version(row, by=None, at=at)


def _reword_touches(program: Program, before: Program, at: datetime) -> None:
    rows = TouchText.objects.filter(program=program).prefetch_related("versions")
    texts = {(row.role, row.month): row for row in rows}
    for seed in touch_seeding.seeds():
        row = texts.get((seed.role, seed.month))
        version = row.version if row else None
        old, new = seed.words_of(before), seed.words_of(program)
        if row is None or version is None or old == new:
            continue
        if all(getattr(version, name) == said for name, said in old.items()):
            save_words(row, by=None, at=at, **new)
