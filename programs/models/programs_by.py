"""The programs by the values of their settings, for conditions about many programs at once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.contrib.auth.models import AnonymousUser
from django.db import models

from .policy import Policy
from .read_once import read_once

# By the values of some settings: a condition for the programs that have them, on a path to them.
ProgramsBySettings = dict[tuple[int, ...], Callable[[str], models.Q]]


def programs_by(*settings: str) -> ProgramsBySettings:
    """Return the programs by their values of these `settings`, columns of `Policy`.

    Where all programs have the same values the condition is empty, and nothing has to be joined.
    """
    found: dict[tuple[int, ...], list[int]] = {}
    for policy in read_once("policies", AnonymousUser(), lambda: list(Policy.objects.all())):
        values = tuple(getattr(policy, name) for name in settings)
        found.setdefault(values, []).append(policy.program_id)
    if len(found) == 1:
        return {values: lambda path: models.Q() for values in found}
    return {values: partial(_in_programs, ids) for values, ids in found.items()}


def _in_programs(ids: list[int], path: str) -> models.Q:
    return models.Q((f"{path}__in", ids))
