"""The program of each choice, in a list that offers rows of several programs.

Programs begin with the same themes, topics and library items, so their names alone tell nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from django import forms
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.forms.models import ModelChoiceIterator

PATHS = ("program", "cohort__program")


def name_programs(field: forms.ModelChoiceField) -> None:
    """Let each choice of `field` end with its program, where the choices have more than one."""
    rows = field.queryset
    if rows is None or type(field.choices) is not ModelChoiceIterator:
        return  # the form has words of its own
    path = next((path for path in PATHS if _leads_to_a_program(rows.model, path)), "")
    if not path:
        return
    name = field.label_from_instance

    @cache
    def has_several() -> bool:
        return len(rows.order_by().values_list(path).distinct()[:2]) > 1

    def label(row: models.Model) -> str:
        program: object = row
        for step in path.split("__"):
            program = getattr(program, step)
        return f"{name(row)} ({program})" if program and has_several() else name(row)

    label_choices(field, label)
    field.queryset = rows.select_related(path)


def label_choices(field: forms.ModelChoiceField, label: Callable[[models.Model], str]) -> None:
    """Word each choice of `field` as `label` says."""
    # Django's hook for labels is a method, to be overridden in a class of its own.
    field.label_from_instance = label  # type: ignore[assignment,method-assign]  # see above


def _leads_to_a_program(model: type[models.Model], path: str) -> bool:
    for step in path.split("__"):
        try:
            column = model._meta.get_field(step)
        except FieldDoesNotExist:
            return False
        if not isinstance(column, models.ForeignKey):
            return False
        model = column.related_model  # type: ignore[assignment]  # no string once models are loaded
    return True
