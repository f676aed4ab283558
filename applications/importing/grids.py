"""Grids: a column per option, whose heading names the option and whose cells say yes or no. Pure.

Form tools write the heading as "Question: option", "Question [option]" or the option alone, and
the cell as "Yes", "x", or the option once more.
"""

from __future__ import annotations

import re

from programs.spellings import fold

from .maps import FieldMap
from .normalization import is_blank
from .parsers import NO, YES

GRID = "grid"  # as the separator of a column: its heading is the answer
IN_BRACKETS = re.compile(r"^(.+)\[([^\[\]]+)\]\s*$", re.DOTALL)
AFTER_QUESTION = re.compile(r"^(.+\S)[?:]:?\s+(\S.*)$", re.DOTALL)


def option_of(heading: str) -> str:
    """Return the option that the heading of a grid's column names."""
    found = IN_BRACKETS.match(heading) or AFTER_QUESTION.match(heading)
    return " ".join((found[2] if found else heading).split())


def question_of(heading: str) -> str:
    """Return the question that the columns of a grid share; the heading if it names none."""
    found = IN_BRACKETS.match(heading) or AFTER_QUESTION.match(heading)
    return " ".join((found[1] if found else heading).split())


def counts(answer: str, option: str) -> bool | None:
    """Return whether a cell chooses the option; None if that must be asked."""
    if fold(answer) in YES or fold(answer) == fold(option):
        return True
    return False if fold(answer) in NO or is_blank(answer) else None


def says_both(mapping: FieldMap, answer: str) -> bool | None:
    """Return whether a cell of the column about the other role says yes; None if unknown.

    Only the map's `values` mean yes; "no" and an empty cell mean no without it.
    """
    if fold(answer) in mapping.keep:
        return True
    return False if fold(answer) in NO | mapping.drop or is_blank(answer) else None
