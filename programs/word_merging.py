"""Merge words of a vocabulary: whoever chose one of them has chosen the kept one.

The others are retired, never deleted. What referred to them refers to the kept word; who had both
keeps one row, the one about the kept word. Stored rounds stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed

from .models import Experience, Topic

Word = Topic | Experience


def _references(model: type[Word]) -> Iterator[tuple[type[models.Model], str, list[str]]]:
    """Yield (table, column, the columns that are unique with it) of rows that name a word.

    Applications refer to words, and their app stands above this one.
    """
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel):
            table, column = relation.related_model, relation.field.name
            unique = [
                list(one.fields)
                for one in table._meta.constraints
                if isinstance(one, models.UniqueConstraint) and column in one.fields
            ]
            others = [name for name in unique[0] if name != column] if unique else []
            yield table, column, others


def uses(word: Word) -> int:
    """Return how many rows name a word: one per application that chose it."""
    return sum(_rows(table, column, word).count() for table, column, _o in _references(type(word)))


def _rows(table: type[models.Model], column: str, word: Word) -> models.QuerySet[models.Model]:
    return table._default_manager.filter(**{column: word})


@transaction.atomic
def merge_words(keep: Word, others: list[Word]) -> int:
    """Merge `others` into `keep` and retire them; return how many rows changed.

    Raises ActionNotAllowed for words of different programs, and for a kept word that is retired.
    """
    others = [word for word in others if word.pk != keep.pk]
    if any(word.program_id != keep.program_id for word in others):
        raise ActionNotAllowed(_("Only words of the same program can be merged."))
    if keep.retired_on:
        raise ActionNotAllowed(_("The word to keep is retired. Restore it first."))
    changed = 0
    for table, column, unique in _references(type(keep)):
        for word in others:
            rows = _rows(table, column, word)
            kept = _rows(table, column, keep)
            for name in unique:  # who had both
                changed += rows.filter(**{f"{name}__in": kept.values(name)}).delete()[0]
            changed += rows.update(**{column: keep})
    retired = type(keep).objects.filter(pk__in=[word.pk for word in others], retired_on=None)
    retired.update(retired_on=timezone.localdate())
    return changed
