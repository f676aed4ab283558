"""Build the engine's pool and criteria from two files; spelling of answers is normalised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from applications.importing import Record
from matching.engine import Criteria, CustomCriterion, Gap, Overlap, Pool, Rating, Same, Side
from programs.spellings import fold

from ..pool.answer_codes import AnswerCodes
from .spreadsheet_criteria import Criterion, InvalidCriteria, SpreadsheetCriteria


def answers(record: Record, name: str) -> list[str]:
    """Return the answers of a record in a column; empty if there are none."""
    if name in record.attributes:
        return record.attributes[name]
    if name in record.lists:
        return record.lists[name]
    value = record.values.get(name)
    return [] if value in (None, "") else [str(value)]


def knows(records: Iterable[Record], name: str) -> bool:
    return any(name in one.attributes or name in one.lists or name in one.values for one in records)


def said(records: Sequence[Record], name: str) -> list[list[str]]:
    """Return the answers of each record in a column."""
    return [answers(record, name) for record in records]


def make_pool(
    mentees: Sequence[Record], mentors: Sequence[Record], spec: SpreadsheetCriteria
) -> tuple[Pool, Criteria]:
    """Return pool and criteria. Raises InvalidCriteria for a column that neither file has."""
    both = [*mentees, *mentors]
    columns: tuple[dict[str, object], dict[str, Any]] = ({}, {})
    custom = tuple(_block(one, mentees, mentors, columns) for one in spec.own)
    employers = AnswerCodes(answer for record in both for answer in answers(record, "employer"))
    topics = AnswerCodes(answer for record in both for answer in answers(record, "topics"))
    sides = [
        Side(
            ids=np.array([record.key for record in records]),
            person=np.array([record.email for record in records]),
            employer=employers.one(said(records, "employer")),
            years=np.array([_years(record) for record in records], np.int64),
            topics=topics.many(said(records, "topics"), mark=2) if topics.codes else None,
            columns=extra,
        )
        for records, extra in zip((mentees, mentors), columns, strict=True)
    ]
    capacity = {record.key: record.values.get("capacity") or spec.places for record in mentors}
    wishes = _wishes(mentees, mentors, "prefer")
    avoid = [(a, b) for a, b, _rank in _wishes(mentees, mentors, "avoid")]
    avoid += [(b, a) for a, b, _rank in _wishes(mentors, mentees, "avoid")]
    pool = Pool(
        mentees=sides[0],
        mentors=sides[1],
        capacity=capacity,
        pairs={"avoid": avoid},
        mentee_wishes=wishes,
        mentor_wishes=[(b, a, rank) for a, b, rank in _wishes(mentors, mentees, "prefer")],
    )
    criteria = Criteria(weights=spec.weights, rules=spec.rules, custom=custom, minimum=spec.minimum)
    return pool, criteria


def _years(record: Record) -> int:
    years = record.values.get("years_experience")
    return -1 if years is None else int(years)


def _wishes(
    mine: Sequence[Record], theirs: Sequence[Record], kind: str
) -> list[tuple[str, str, int]]:
    """Return (key, key of the named person, rank); people who can't be identified are skipped."""
    known: dict[str, set[str]] = {}
    for record in theirs:
        for text in {
            fold(record.key),
            fold(record.email),
            fold(str(record.values.get("name") or "")),
        } - {""}:
            known.setdefault(text, set()).add(record.key)
    found = []
    for record in mine:
        for rank, written in enumerate(record.lists.get(kind, []), start=1):
            keys = known.get(fold(written), set())
            if len(keys) == 1:
                found.append((record.key, next(iter(keys)), rank))
    return found


def _block(
    one: Criterion, mentees: Sequence[Record], mentors: Sequence[Record], columns: tuple[dict, dict]
) -> CustomCriterion:
    asks = str(one.settings.get("asks", one.column))
    for name, records in ((one.column, [*mentees, *mentors]), (asks, [*mentees, *mentors])):
        if records and not knows(records, name):
            raise InvalidCriteria(
                _("[matching.%(kind)s.%(name)s]: no column “%(column)s” is mapped.")
                % {"kind": one.kind, "name": one.name, "column": name}
            )
    return {"gap": _gap, "same": _same, "overlap": _overlap, "accepts": _accepts}[one.kind](
        one, mentees, mentors, columns
    )


def _gap(
    one: Criterion, mentees: Sequence[Record], mentors: Sequence[Record], columns: tuple[dict, dict]
) -> CustomCriterion:
    steps = AnswerCodes(str(step) for step in one.settings["order"])
    strange = {
        answer
        for record in (*mentees, *mentors)
        for answer in answers(record, one.column)
        if fold(answer) not in steps.codes
    }
    if strange:
        raise InvalidCriteria(
            _("[matching.gap.%(name)s]: “%(answer)s” is not in the order.")
            % {"name": one.name, "answer": sorted(strange)[0]}
        )
    for records, side in zip((mentees, mentors), columns, strict=True):
        side[one.name] = steps.one(said(records, one.column))
    return Gap(
        one.name, one.name, one.settings["points"], hard=bool(one.settings.get("hard", False))
    )


def _same(
    one: Criterion, mentees: Sequence[Record], mentors: Sequence[Record], columns: tuple[dict, dict]
) -> CustomCriterion:
    codes = AnswerCodes(
        answer for record in (*mentees, *mentors) for answer in answers(record, one.column)
    )
    for records, side in zip((mentees, mentors), columns, strict=True):
        side[one.name] = codes.one(said(records, one.column))
    return Same(
        one.name, one.name, points=one.settings.get("points", 0), forbid=one.settings.get("forbid")
    )


def _overlap(
    one: Criterion, mentees: Sequence[Record], mentors: Sequence[Record], columns: tuple[dict, dict]
) -> CustomCriterion:
    codes = AnswerCodes(
        answer for record in (*mentees, *mentors) for answer in answers(record, one.column)
    )
    for records, side in zip((mentees, mentors), columns, strict=True):
        side[one.name] = codes.many(said(records, one.column))
    return Overlap(
        one.name, one.name, one.name, one.settings["points"], int(one.settings.get("at_most", 1))
    )


def _accepts(
    one: Criterion, mentees: Sequence[Record], mentors: Sequence[Record], columns: tuple[dict, dict]
) -> CustomCriterion:
    asks, points = one.settings["asks"], one.settings.get("points", 0)
    by_mentee = one.settings["by"] == "mentee"
    askers, asked = (mentees, mentors) if by_mentee else (mentors, mentees)
    codes = AnswerCodes(answer for record in asked for answer in answers(record, one.column))
    marks = codes.many(said(askers, asks), mark=max(points, 1))
    if one.settings.get("hard"):
        spoke = np.array([bool(answers(record, asks)) for record in askers])
        marks[(marks == 0) & spoke[:, None]] = -1
    columns[0 if by_mentee else 1][f"{one.name}: asked"] = marks
    columns[1 if by_mentee else 0][one.name] = codes.one(said(asked, one.column))
    return Rating(
        one.name, f"{one.name}: asked", one.name, rater="mentee" if by_mentee else "mentor"
    )
