"""Say what a member may not see in their file: hidden rows, removed characters, broken letters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .formulas import needs_saving
from .records import Problem
from .tables import Table

BROKEN = re.compile(r"&(?:[a-z]{2,8}|#\d{2,6});|Ã.|â€|Â[^\w\s]|\ufffd|\?\?\?", re.IGNORECASE)
MAX_RANGES = 10


def notes_about(
    table: Table, *, skips_hidden: bool = False, left_out: Sequence[str] = ()
) -> list[Problem]:
    """Return what is worth knowing about how a file was read.

    skips_hidden: what the sheet hides was left out. left_out: the headings that are not read.
    """
    return [
        *_above_headings(table),
        *_hidden(table, skips_hidden),
        *_removed_characters(table),
        *broken_characters(table),
        *_formulas(table, left_out),
    ]


def broken_characters(table: Table) -> list[Problem]:
    """Return a note for each cell whose letters look as if they were broken before they came."""
    message = _("“%(text)s”: letters look broken. Fix the file if they are.")
    return [
        Problem(number, heading, message % {"text": cell[:60]})
        for number, row in zip(table.numbers, table.rows, strict=True)
        for heading, cell in zip(table.headers, row, strict=True)
        if BROKEN.search(cell)
    ]


def _above_headings(table: Table) -> list[Problem]:
    if table.heading_row <= 1:
        return []
    above = _("The headings are in this row. What stands above is left out.")
    return [Problem(table.heading_row, "", above)]


def _hidden(table: Table, skips_hidden: bool) -> list[Problem]:
    """Tell which rows, columns and sheets a workbook hides, and what becomes of them."""
    found = []
    if count := len(table.hidden_rows):
        text = (
            ngettext(
                "%(count)d row that the sheet hides is left out: %(rows)s.",
                "%(count)d rows that the sheet hides are left out: %(rows)s.",
                count,
            )
            if skips_hidden
            else ngettext(
                "%(count)d row is hidden in the sheet and counts like the others: %(rows)s.",
                "%(count)d rows are hidden in the sheet and count like the others: %(rows)s.",
                count,
            )
        )
        found.append(text % {"count": count, "rows": ranges(table.hidden_rows)})
    if table.hidden_columns:
        text = _("Columns hidden in the sheet count like the others: %(columns)s.")
        found.append(text % {"columns": ", ".join(table.hidden_columns)})
    others = [one.name for one in table.sheets if one.has_rows and one.name != table.sheet]
    if others:
        text = _("Only the sheet “%(sheet)s” is read. Other sheets with rows: %(others)s.")
        found.append(text % {"sheet": table.sheet, "others": ", ".join(others)})
    return [Problem(0, "", text) for text in found]


def ranges(numbers: Sequence[int]) -> str:
    """Return sorted numbers in short: "3, 5–9, 12"; an ellipsis after the first few ranges."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][-1] + 1:
            found[-1] = [found[-1][0], number]
        else:
            found.append([number])
    texts = ["–".join(map(str, one)) for one in found[:MAX_RANGES]]
    return ", ".join([*texts, "…"] if len(found) > MAX_RANGES else texts)


def _formulas(table: Table, left_out: Sequence[str]) -> list[Problem]:
    """Tell of formulas without results beside what is read; in it they are problems."""
    beside = {"", *left_out}
    return [
        Problem(0, found.heading, needs_saving(found))
        for found in table.without_result
        if found.heading in beside
    ]


def _removed_characters(table: Table) -> list[Problem]:
    first_rows: dict[str, int] = {}
    for row, heading in table.cleaned:
        first_rows.setdefault(heading, row)
    counts = Counter(heading for _row, heading in table.cleaned)
    return [
        Problem(
            first_rows[heading],
            heading,
            ngettext(
                "Invisible characters were removed from %(count)d cell.",
                "Invisible characters were removed from %(count)d cells; this is the first.",
                count,
            )
            % {"count": count},
        )
        for heading, count in counts.items()
    ]
