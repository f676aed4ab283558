"""Merge words of a vocabulary: whoever chose one of them has chosen the kept one.

The others are retired, never deleted. What referred to them refers to the kept word; who had both
keeps one row, the one about the kept word. Stored rounds stay as they are. A later import of a
merged word means the kept one.

For 24 hours a merge can be undone. That puts back each choice, except where its person has changed
it since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from access.exceptions import ActionNotAllowed
from accounts.models import Industry, Language
from notifications.reconcilers import reconciler

from .models import Experience, ProgramActivity, Topic, WordMerge
from .models.word_merges import UNDO_WINDOW

Word = Topic | Experience | ProgramActivity | Industry | Language
WordModel = type[Topic] | type[Experience] | type[ProgramActivity] | type[Industry] | type[Language]
MODELS: dict[str, WordModel] = {
    WordMerge.Kind.TOPIC: Topic,
    WordMerge.Kind.EXPERIENCE: Experience,
    WordMerge.Kind.INDUSTRY: Industry,
    WordMerge.Kind.LANGUAGE: Language,
}
Columns = dict[str, object]


class Moved(TypedDict):
    """What became of one row that named a merged word; see `WordMerge`."""

    table: str
    word: int
    row: Columns
    had: Columns | None


@dataclass(frozen=True)
class Reference:
    """A column of a table that names a word, and the columns that are unique with it."""

    table: type[models.Model]
    column: str
    unique: Sequence[str]

    def naming(self, word: Word) -> models.QuerySet[models.Model]:
        return self._rows().filter(**{self.column: word})

    def counts(self, words: Sequence[Word]) -> dict[int, int]:
        """Return {id of a word: how many rows name it}, of words that any row names."""
        rows = self._rows().filter(**{f"{self.column}__in": words}).order_by()
        return dict(rows.values_list(self.column).annotate(models.Count("pk")))

    def _rows(self) -> models.QuerySet[models.Model]:
        return self.table._base_manager.all()

    def of_owner(self, row: Columns, word: int) -> models.QuerySet[models.Model]:
        """Return the row about a word that belongs to the same owner as `row`."""
        names = [self.table._meta.get_field(name).attname for name in self.unique]  # type: ignore[union-attr]  # a column
        owner = {name: row[name] for name in names}
        return self._rows().filter(**owner, **{f"{self.column}_id": word})

    def plain(self, values: Columns) -> Columns:
        """Return the columns of a row apart from its id and its word."""
        left = {self.table._meta.pk.name, f"{self.column}_id"}
        return {name: value for name, value in values.items() if name not in left}


def _references(model: WordModel) -> Iterator[Reference]:
    """Yield the columns that name a word. The apps of their tables stand above this one."""
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel):
            table, column = relation.related_model, relation.field.name
            unique = [list(names) for names in table._meta.unique_together if column in names]
            unique += [
                list(one.fields)
                for one in table._meta.constraints
                if isinstance(one, models.UniqueConstraint) and column in one.fields
            ]
            others = [name for name in unique[0] if name != column] if unique else []
            yield Reference(table, column, others)


def uses(words: Iterable[Word]) -> Counter[int]:
    """Count the rows that name words of one vocabulary, by word: one per application or person."""
    chosen = list(words)
    found: Counter[int] = Counter()
    for one in _references(type(chosen[0])) if chosen else ():
        found.update(one.counts(chosen))
    return found


def _program(word: Word) -> int | None:
    return word.program_id if isinstance(word, Topic | Experience) else None


@transaction.atomic
def merge_words(keep: Word, others: Sequence[Word], *, at: datetime | None = None) -> WordMerge:
    """Merge `others` into `keep` and retire them; return what changed.

    Raises ActionNotAllowed for words of different programs, for a kept word that is retired, and
    when all of this was done already.
    """
    keep, others = _locked(keep, others)
    if any(_program(word) != _program(keep) for word in others):
        raise ActionNotAllowed(_("Only words of the same program can be merged."))
    if keep.retired_on:
        raise ActionNotAllowed(_("The word to keep is retired. Restore it first."))
    done, named = merged_into(type(keep)), uses(others)
    others = [word for word in others if done.get(word.pk) != keep.pk or named[word.pk]]
    if not others:
        raise ActionNotAllowed(_("These words are merged already."))
    moved: list[Moved] = []
    for reference in _references(type(keep)):
        for word in others:
            moved += _move(reference, word, keep)
    in_use = type(keep)._default_manager.filter(pk__in=[one.pk for one in others], retired_on=None)
    retired = list(in_use.values_list("pk", flat=True))
    in_use.update(retired_on=timezone.localdate(at))
    return WordMerge.objects.create(
        kind=str(type(keep)._meta.model_name),
        program_id=_program(keep),
        kept_id=keep.pk,
        merged=[word.pk for word in others],
        retired=retired,
        moved=moved,
        at=at or timezone.now(),
    )


def _locked(keep: Word, others: Sequence[Word]) -> tuple[Word, list[Word]]:
    """Return the words as they are now; another merge of one of them waits, then finds it retired.

    Otherwise two members could at once merge two words into each other, and both would be gone.
    """
    rows = type(keep)._default_manager.filter(pk__in=[keep.pk, *(one.pk for one in others)])
    fresh = {
        row.pk: row for row in rows.order_by("pk").select_for_update(no_key=True, of=("self",))
    }
    return fresh.pop(keep.pk), list(fresh.values())


def _move(reference: Reference, word: Word, keep: Word) -> list[Moved]:
    """Let the rows about `word` be about `keep`; return them as they were."""
    table = reference.table._meta.label
    kept_rows: dict[tuple[object, ...], Columns] = {}
    owner = [reference.table._meta.get_field(name).attname for name in reference.unique]  # type: ignore[union-attr]  # a column
    for values in reference.naming(keep).values():
        kept_rows[tuple(values[name] for name in owner)] = reference.plain(values)
    moved: list[Moved] = []
    doubles = []
    for values in reference.naming(word).values():
        had = kept_rows.get(tuple(values[name] for name in owner))
        if had is not None:
            doubles.append(values[reference.table._meta.pk.name])
        row = reference.plain(values)
        moved.append({"table": table, "word": word.pk, "row": row, "had": had})
    reference.naming(word).filter(pk__in=doubles).delete()
    reference.naming(word).update(**{reference.column: keep})
    return moved


@dataclass
class UndoneMerge:
    """How many choices were put back, and how many were not: their people changed them since."""

    undone: int = 0
    refused: int = 0


@transaction.atomic
def undo_merge(merge: WordMerge, *, at: datetime) -> UndoneMerge:
    """Put back what a merge changed.

    Raises ActionNotAllowed when it was undone, is too old, or a later merge builds on it.
    """
    merge = WordMerge.objects.select_for_update(no_key=True).get(pk=merge.pk)
    if not WordMerge.objects.to_undo(at).filter(pk=merge.pk).exists():
        raise ActionNotAllowed(_("A merge can be undone once, within 24 hours."))
    words = {merge.kept_id, *merge.merged}
    later = WordMerge.objects.not_undone().filter(kind=merge.kind, pk__gt=merge.pk)
    if any(words & {one.kept_id, *one.merged} for one in later):
        raise ActionNotAllowed(_("One of these words was merged again. Undo that first."))
    model = MODELS[merge.kind]
    references = {one.table._meta.label: one for one in _references(model)}
    result = UndoneMerge()
    for moved in reversed(merge.moved):
        if _put_back(references[moved["table"]], moved, merge.kept_id):
            result.undone += 1
        else:
            result.refused += 1
    model._default_manager.filter(pk__in=merge.retired).update(retired_on=None)
    merge.undone_at, merge.moved = at, []
    merge.save(update_fields=["undone_at", "moved"])
    return result


def _put_back(reference: Reference, moved: Moved, kept: int) -> bool:
    """Put back one row; return whether its owner had left it as the merge did."""
    row, had, word = moved["row"], moved["had"], moved["word"]
    if reference.of_owner(row, word).exists():
        return False
    about_kept = reference.of_owner(row, kept).filter(**(row if had is None else had))
    if had is None:
        return about_kept.update(**{f"{reference.column}_id": word}) == 1
    if not about_kept.exists():
        return False
    reference.table._default_manager.create(**row, **{f"{reference.column}_id": word})
    return True


def merged_into(model: WordModel) -> Mapping[int, int]:
    """Return {id of a merged word: id of the word that stands for it}."""
    found: dict[int, int] = {}
    kind = str(model._meta.model_name)
    for merge in WordMerge.objects.not_undone().filter(kind=kind).order_by("pk"):
        for pk, kept in found.items():
            if kept in merge.merged:
                found[pk] = merge.kept_id
        found |= dict.fromkeys(merge.merged, merge.kept_id)
    return found


@reconciler
def forget_moved_choices(at: datetime) -> int:
    """Delete what is stored of merges that can't be undone any more; return how many."""
    old = WordMerge.objects.filter(at__lte=at - UNDO_WINDOW).exclude(moved=[])
    return old.update(moved=[])
