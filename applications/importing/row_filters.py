"""Leave out the rows of an export that are about other cohorts or about closed applications.

A file that says nothing about cohorts and states keeps all of its rows.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from django.utils.translation import ngettext

from applications.models import Application
from programs.models import Cohort
from programs.spellings import fold

from .maps import RosterMap
from .parsers import InvalidCell, parse
from .records import Problem
from .tables import Table

State = Application.State
CLOSED = (State.DRAFT, State.DECLINED, State.WITHDRAWN)


def without_closed_rows(
    table: Table, roster: RosterMap, *, cohort: Cohort
) -> tuple[Table, list[Problem]]:
    """Return the table with the rows that count, and a note about the others."""
    states, cohorts = _cells(table, roster, "state"), _cells(table, roster, "cohort")
    counts: Counter[str] = Counter()
    kept = []
    for index in range(len(table.rows)):
        if cohorts and cohorts[index] and fold(cohorts[index]) != fold(str(cohort)):
            counts["cohort"] += 1
        elif states and _state(roster, states[index]) in CLOSED:
            counts["state"] += 1
        else:
            kept.append(index)
    if not counts:
        return table, []
    left = replace(
        table,
        rows=tuple(table.rows[index] for index in kept),
        numbers=tuple(table.numbers[index] for index in kept),
    )
    return left, _notes(counts)


def _cells(table: Table, roster: RosterMap, field: str) -> list[str]:
    """Return the cells of a field's first column; none if the file does not have it."""
    mapping = roster.fields.get(field)
    position = table.column(mapping.columns[0]) if mapping and mapping.columns else None
    return [] if position is None else [row[position] for row in table.rows]


def _state(roster: RosterMap, text: str) -> object:
    known = roster.fields["state"].values.get(fold(text))
    try:
        return known or parse("state", text)
    except InvalidCell:
        return None  # told once the row is read


def _notes(counts: Counter[str]) -> list[Problem]:
    found = []
    if count := counts["cohort"]:
        text = ngettext(
            "%(count)d row of another cohort is left out.",
            "%(count)d rows of other cohorts are left out.",
            count,
        )
        found.append(Problem(0, "", text % {"count": count}))
    if count := counts["state"]:
        text = ngettext(
            "%(count)d row of a closed application is left out.",
            "%(count)d rows of closed applications are left out.",
            count,
        )
        found.append(Problem(0, "", text % {"count": count}))
    return found
