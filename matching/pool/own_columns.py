"""What people answered to a program's own questions, as columns of a pool.

Each criterion of a round has a column of its own on both sides, named by its code. Only numbers are
stored; the words stay with the answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from applications.models import QuestionAnswer
from programs.models import Cohort
from programs.spellings import fold

from ..engine import Pool
from ..own_criteria import (
    OwnCriterion,
    is_multiple,
    is_ordered_by_number,
    known_answers,
    question_ids,
)
from .answer_codes import AnswerCodes, Answers

Columns = dict[str, NDArray[np.int64]]
WHOLE_NUMBER = re.compile(r"-?\d{1,18}")


def with_own_columns(
    pool: Pool,
    cohort: Cohort,
    own: Iterable[OwnCriterion],
    *,
    mentees: Sequence[int],
    mentors: Sequence[int],
) -> Pool:
    """Return the pool with the columns of these criteria instead of those that it has.

    mentees, mentors: application ids in the order of the pool. One query, none without criteria.
    """
    criteria = list(own)
    said = _said(cohort, question_ids(criteria))
    columns: tuple[Columns, Columns] = ({}, {})
    for one in criteria:
        people = (
            [said.get((pk, one["mentees"]), []) for pk in mentees],
            [said.get((pk, one["mentors"]), []) for pk in mentors],
        )
        for side, values in zip(columns, _coded(one, *people), strict=True):
            side[one["code"]] = values
    return replace(
        pool,
        mentees=replace(pool.mentees, columns=columns[0]),
        mentors=replace(pool.mentors, columns=columns[1]),
    )


def _said(cohort: Cohort, questions: set[int]) -> dict[tuple[int, int], list[str]]:
    """Return {(application, question): answers} of a cohort."""
    if not questions:
        return {}
    rows = QuestionAnswer.system.filter(question__in=questions, application__cohort=cohort)
    return {(row.application_id, row.question_id): row.values for row in rows.order_by("pk")}


def _coded(
    criterion: OwnCriterion, mentees: Answers, mentors: Answers
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    if is_ordered_by_number(criterion):
        return _places(mentees, mentors)
    known = known_answers(criterion)
    if known is None:
        spelled = {fold(answer) for answer in chain(*mentees, *mentors)}
        known = (sorted(spelled),) * 2
    codes = AnswerCodes(known[0]), AnswerCodes(known[1])
    if is_multiple(criterion):
        return codes[0].many(mentees), codes[1].many(mentors)
    return codes[0].one(mentees), codes[1].one(mentors)


def _places(mentees: Answers, mentors: Answers) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each person's place in the order of the numbers that were said, -1 for none."""
    said = [[_number(one) for one in side] for side in (mentees, mentors)]
    found = sorted({number for side in said for number in side if number is not None})
    order: dict[int | None, int] = {number: place for place, number in enumerate(found)}
    of_mentees, of_mentors = (
        np.array([order.get(number, -1) for number in side], np.int64) for side in said
    )
    return of_mentees, of_mentors


def _number(answers: Sequence[str]) -> int | None:
    """Return the first answer if it is a whole number of at most 18 digits."""
    text = fold(answers[0]) if answers else ""
    return int(text) if WHOLE_NUMBER.fullmatch(text) else None
