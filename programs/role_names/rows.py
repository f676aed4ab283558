"""The program of a row of any table, along its foreign keys."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import cache
from typing import TypeVar

from django.db import models
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from notifications.wording_of_programs import words_around

from ..models import Program
from .speaking import speak_for, speaking_for

M = TypeVar("M", bound=models.Model)
NO_WAY = ("accounts", "auth", "contenttypes")  # apps whose rows belong to no program
MOST_STEPS = 4


def program_of(row: object) -> Program | None:
    """Return the program that `row` belongs to, None if it belongs to none."""
    if isinstance(row, Program) or not isinstance(row, models.Model):
        return row if isinstance(row, Program) else None
    for path in _paths(type(row)):
        found: object = row
        for step in path:
            found = getattr(found, step, None)
            if found is None:
                break
        if isinstance(found, Program):
            return found
    return None


@cache
def _paths(model: type[models.Model]) -> tuple[tuple[str, ...], ...]:
    """Return the ways from a table to its program, the shortest first."""
    return tuple(_found_paths(model))


def _found_paths(model: type[models.Model]) -> Iterator[tuple[str, ...]]:
    waiting: deque[tuple[type[models.Model], tuple[str, ...]]] = deque([(model, ())])
    while waiting:
        here, path = waiting.popleft()
        if hasattr(here, "program"):
            yield (*path, "program")
        if len(path) == MOST_STEPS or _always_has_program(here):
            continue
        for column in here._meta.concrete_fields:
            if isinstance(column, models.ForeignKey):
                there = column.related_model
                if there._meta.app_label not in NO_WAY:
                    waiting.append((there, (*path, column.name)))


def _always_has_program(model: type[models.Model]) -> bool:
    if isinstance(vars(model).get("program"), property):
        return True
    return any(one.name == "program" and not one.null for one in model._meta.concrete_fields)


def speak_about(row: object) -> None:
    """Let the program of `row` speak until the request ends."""
    speak_for(program_of(row))


@words_around
def speaking_about(row: object) -> AbstractContextManager[None]:
    """Let the program of `row` speak in a block."""
    return speaking_for(program_of(row))


def get_row_or_404(rows: QuerySet[M], **asked: object) -> M:
    """Return the row that a page is about; its program speaks from now on. Raises Http404."""
    row = get_object_or_404(rows, **asked)
    speak_about(row)
    return row
