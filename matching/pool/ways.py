"""How people like to work together and what matters most to them, as numbers of a pool.

A side of which no one answered has no array, so its pool is the one that it was before these
questions were asked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Count, Q
from numpy.typing import NDArray

from applications.models import Application, way_numbers
from programs.models import Cohort

from ..engine import MARKABLE
from .applicant_data import ApplicantData

MARKS = {code: number for number, code in enumerate(MARKABLE, start=1)}


def ways_of(rows: Sequence[ApplicantData]) -> NDArray[np.int8] | None:
    """Return (people, questions) answers from 1, 0 without one; None if no one answered."""
    numbers = [way_numbers(json.loads(row.ways) if row.ways else {}) for row in rows]
    found = np.array(numbers, dtype=np.int8)
    return found if found.any() else None


def marks_of(rows: Sequence[ApplicantData]) -> NDArray[np.int8] | None:
    """Return (people,) the number of what matters most to each, 0 without; None if no one said."""
    found = np.array([MARKS.get(row.matters_most, 0) for row in rows], dtype=np.int8)
    return found if found.any() else None


@dataclass(frozen=True)
class AnswerCounts:
    """How many of the people of one role who are ready have answered."""

    people: int
    ways: int  # at least one question on how to work together
    marks: int  # what matters most


def count_answers(cohort: Cohort) -> dict[str, AnswerCounts]:
    """Return the counts of each role, of those who are ready today; one query."""
    ready = Application.objects.ready().filter(cohort=cohort).order_by()
    rows = ready.values("role").annotate(
        people=Count("pk"),
        ways=Count("pk", filter=~Q(way_of_working={})),
        marks=Count("pk", filter=~Q(matters_most="")),
    )
    found = {row["role"]: AnswerCounts(row["people"], row["ways"], row["marks"]) for row in rows}
    return {role: found.get(role, AnswerCounts(0, 0, 0)) for role in Application.Role.values}
