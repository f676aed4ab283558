"""Tables as files that a spreadsheet can open safely: CSV and XLSX.

A cell that a spreadsheet could run as a formula gets an apostrophe before it; an import takes it
off again (`unprotected`). Rows come one at a time, and a file grows on the disk, not in memory.
"""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import IO

from django.utils.translation import gettext as _

CSV, XLSX = "csv", "xlsx"
CONTENT_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# Apostrophes too: a text that has one already before a formula gets a second one.
FORMULA = re.compile(r"'*[ ]*[=+\-@\t\r\n]")
PROTECTED = re.compile(r"'('*[ ]*[=+\-@\t\r\n])")
NOT_IN_A_CELL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # XLSX can't hold these
MAX_IN_MEMORY = 2 * 2**20  # bytes; a larger file goes to the disk
MAX_TITLE = 31  # characters of the name of a sheet

Cell = str | int | float | bool | date | None


@dataclass(frozen=True)
class Sheet:
    """`title` is the name of the sheet, `headings` its first row."""

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def protected(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet runs as a formula; numbers and dates stay what they are."""
    if isinstance(cell, bool):
        return _("yes") if cell else _("no")
    if not isinstance(cell, str):
        return "" if cell is None else cell
    text = NOT_IN_A_CELL.sub(" ", cell)
    return f"'{text}" if FORMULA.match(text) else text


def unprotected(text: str) -> str:
    """Return the text of a cell without the apostrophe that `protected` has put before it."""
    return text[1:] if PROTECTED.match(text) else text


def write(sheet: Sheet, kind: str) -> IO[bytes]:
    """Return a temporary file with the sheet as `CSV` or `XLSX`, at its beginning."""
    file = tempfile.SpooledTemporaryFile(MAX_IN_MEMORY)  # noqa: SIM115  # the response closes it
    (_write_csv if kind == CSV else _write_xlsx)(sheet, file)
    file.seek(0)
    return file


def _lines(sheet: Sheet) -> Iterable[list[Cell]]:
    yield [protected(heading) for heading in sheet.headings]
    for row in sheet.rows:
        yield [protected(cell) for cell in row]


def _write_csv(sheet: Sheet, file: IO[bytes]) -> None:
    """Write UTF-8 with a byte-order mark, so that spreadsheets read names in every script."""
    text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
    csv.writer(text).writerows(_lines(sheet))
    text.detach()


def _write_xlsx(sheet: Sheet, file: IO[bytes]) -> None:
    import openpyxl  # slow to import, and only some requests need it
    from openpyxl.cell import WriteOnlyCell

    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", sheet.title)[:MAX_TITLE])
    for line in _lines(sheet):
        cells = [WriteOnlyCell(page, value=cell) for cell in line]
        for cell in cells:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # never a formula
        page.append(cells)
    book.save(file)
