"""Find the formulas of a sheet whose results are not in the workbook.

A spreadsheet program writes the result of a formula beside it. A library that makes workbooks does
not: it leaves the result out, or writes a zero and asks for a new calculation. Read as it is, such
a cell is empty, or a zero that nobody has typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

CHUNK = 2**20  # bytes that are searched at once
LONGEST = 2**16  # bytes of a cell with a formula; its text ends at the next tag, so this is enough
MAX_NAMED = 5  # cells of a column that are named
NAME = rb"<(?:\w{1,9}:)?"
FORMULA = re.compile(
    NAME + rb"c\b([^<>]{0,500})>\s{0,9}"  # the cell
    + NAME + rb"f\b[^<>]{0,500}(?:/>|>[^<]{0,50000}</(?:\w{1,9}:)?f>)\s{0,9}"
    + rb"(?:" + NAME + rb"v\b[^<>]{0,100}>([^<]{0,2}))?"  # its result begins
)  # fmt: skip
REFERENCE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
IS_TEXT = re.compile(rb"""\bt=["']str["']""")
WANTS_CALCULATION = re.compile(rb"""\bfullCalcOnLoad=["'](?:1|true)["']""")


@dataclass(frozen=True)
class MissingResults:
    """Formulas without results below a heading, "" for none; `cells` names the first of them."""

    heading: str
    count: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """Where a cell is: the number of its row and of its column from 1, and its name in the sheet.

    A workbook need not say where: then the numbers are 0 and the name is "".
    """

    row: int
    column: int
    name: str


def cells_without_result(sheet: IO[bytes], *, is_recalculated: bool) -> Iterator[Cell]:
    """Yield the cells of a sheet's XML that hold a formula without its result, in order.

    `is_recalculated`: the workbook asks for a new calculation, as those of libraries do. Then a
    zero is no result, and an empty text is none either.
    """
    text = b""
    while chunk := sheet.read(CHUNK):
        text += chunk
        # What begins near the end may go on in the next chunk.
        end = max(0, len(text) - LONGEST)
        for found in FORMULA.finditer(text):
            if found.start() >= end:
                break
            yield from _without_result(found, is_recalculated)
        text = text[end:]
    for found in FORMULA.finditer(text):
        yield from _without_result(found, is_recalculated)


def _without_result(found: re.Match[bytes], is_recalculated: bool) -> Iterator[Cell]:
    attributes, result = found.groups()
    if result == b"":
        has_result = IS_TEXT.search(attributes) and not is_recalculated
    else:
        has_result = result is not None and not (is_recalculated and result == b"0")
    if has_result:
        return
    place = REFERENCE.search(attributes)
    if place is None:
        yield Cell(0, 0, "")
        return
    letters, digits = place.groups()
    column = 0
    for letter in letters:
        column = column * 26 + letter - ord("A") + 1
    yield Cell(int(digits), column, (letters + digits).decode())


def by_heading(cells: Iterable[Cell], headings: dict[int, str]) -> tuple[MissingResults, ...]:
    """Count cells by the heading of their column; `headings` are those of the table, by number."""
    counts: dict[str, int] = {}
    named: dict[str, list[str]] = {}
    for cell in cells:
        heading = headings.get(cell.column, "")
        counts[heading] = counts.get(heading, 0) + 1
        names = named.setdefault(heading, [])
        if cell.name and len(names) < MAX_NAMED:
            names.append(cell.name)
    return tuple(MissingResults(one, n, tuple(named[one])) for one, n in counts.items())


def needs_saving(found: MissingResults) -> str:
    """Return what is missing below a heading, and what to do about it."""
    text = ngettext(
        "%(count)d cell has a formula whose result is not in the file: %(cells)s.",
        "%(count)d cells have a formula whose result is not in the file: %(cells)s.",
        found.count,
    )
    cells = ", ".join(found.cells)
    if found.count > len(found.cells):
        cells = f"{cells}, …" if cells else "…"
    do = _("Open the file in a spreadsheet program, save it there, and upload it again.")
    return f"{text % {'count': found.count, 'cells': cells}} {do}"
