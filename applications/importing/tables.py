"""Read a file as a table of text: a CSV, or a sheet of an XLSX workbook.

Only a worker reads files. Every limit holds while the rows come in, one at a time, so a file that
is too large costs no more than one that is just small enough.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain, islice

from django.utils.translation import gettext as _

from programs.spellings import clean, fold, has_invisible
from programs.spreadsheets import unprotected

from .formulas import MissingResults, by_heading, needs_saving
from .headings import LOOK_AHEAD, find_heading_row, has_second_row, joined, told_apart
from .text_files import ReadOptions, text_rows
from .workbooks import OLD_FORMAT, ZIP, BadFile, Sheet, Workbook, open_workbook

__all__ = ["MAX_BYTES", "BadFile", "Table", "read_table"]

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 400
MAX_FILLED_CELLS = 1_000_000
Row = tuple[int, list[object]]  # the number that people see, the cells
Line = tuple[int, list[object], list[str]]  # the same with the cells as clean text


class NoRows(BadFile):
    """There are no rows below the headings."""


@dataclass(frozen=True)
class Table:
    """`headers` as written, `rows` of the same length, `numbers` of the lines that people see.

    `cleaned` has (row number, heading) of the cells that held characters that nobody can see.
    `heading_row` is the number of the row with the headings, `start` the first rows of the file.

    Of a workbook: its sheets, which one this is, the rows and headings that it hides, and the
    formulas whose results are not in it.
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    cleaned: tuple[tuple[int, str], ...] = ()
    heading_row: int = 1
    start: tuple[tuple[int, tuple[str, ...]], ...] = ()
    sheets: tuple[Sheet, ...] = ()
    sheet: str = ""
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[str, ...] = ()
    without_result: tuple[MissingResults, ...] = ()

    def column(self, header: str) -> int | None:
        """Return the position of a header in any spelling, None if it is not there."""
        wanted = fold(header)
        return next((i for i, name in enumerate(self.headers) if fold(name) == wanted), None)


def check_size(size: int) -> None:
    """Raise BadFile for a file of more than `MAX_BYTES` bytes."""
    if size > MAX_BYTES:
        raise BadFile(
            _("The file is larger than %(limit)d MB. Split it and upload the parts.")
            % {"limit": MAX_BYTES // 2**20}
        )


def read_table(content: bytes, *, encoding: str = "", options: ReadOptions | None = None) -> Table:
    """Read a file's content; `encoding` is short for the option of that name. Raises BadFile."""
    options = options or ReadOptions(encoding=encoding)
    check_size(len(content))
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise BadFile(_("The file is empty. Choose another file."))
    if content.startswith(OLD_FORMAT):
        raise BadFile(
            _(
                "This is an old Excel workbook (XLS) or one with a password. "
                "Open it and save it as an XLSX workbook without a password."
            )
        )
    if content.startswith(ZIP):
        with open_workbook(content, options.sheet) as book:
            return _sheet_table(book, options)
    return _table(text_rows(content, options), options)


def _sheet_table(book: Workbook, options: ReadOptions) -> Table:
    """Read the sheet of a workbook. Raises BadFile, also where nothing but formulas is left."""
    hidden_rows, hidden_columns = book.hidden if options.skip_hidden else (frozenset(), frozenset())
    formulas = [
        cell
        for cell in book.without_result
        if cell.row not in hidden_rows and cell.column not in hidden_columns
    ]
    try:
        table = _visible_table(book, options)
    except NoRows:
        if formulas:
            raise BadFile(needs_saving(by_heading(formulas, {})[0])) from None
        raise
    kept = [n for n in range(1, MAX_COLUMNS + len(hidden_columns) + 1) if n not in hidden_columns]
    headings = dict(zip(kept, table.headers, strict=False))
    below = [cell for cell in formulas if not cell.row or cell.row >= table.heading_row]
    return replace(table, without_result=by_heading(below, headings))


def _visible_table(book: Workbook, options: ReadOptions) -> Table:
    hidden_rows, hidden_columns = book.hidden
    raw_lines = book.rows()
    if options.skip_hidden:
        raw_lines = (
            (number, [cell for n, cell in enumerate(cells, start=1) if n not in hidden_columns])
            for number, cells in raw_lines
            if number not in hidden_rows
        )
    table = _table(raw_lines, options)
    shown = () if options.skip_hidden else table.headers
    return replace(
        table,
        sheets=book.sheets,
        sheet=book.sheet,
        hidden_rows=tuple(sorted(hidden_rows))
        if options.skip_hidden
        else tuple(number for number in table.numbers if number in hidden_rows),
        hidden_columns=tuple(
            heading for n, heading in enumerate(shown, start=1) if n in hidden_columns
        ),
    )


def _table(raw_lines: Iterable[Row], options: ReadOptions) -> Table:
    lines = ((number, raw, [unprotected(clean(cell)) for cell in raw]) for number, raw in raw_lines)
    filled_lines = (line for line in lines if any(line[2]))
    start = list(islice(filled_lines, max(LOOK_AHEAD, options.heading_row)))
    first_rows = tuple((number, tuple(cells)) for number, _raw, cells in start[:LOOK_AHEAD])
    headers, start, number = _headings(start, options)
    rows: list[tuple[str, ...]] = []
    numbers: list[int] = []
    cleaned: list[tuple[int, str]] = []
    filled = 0
    for row, raw, cells in chain(start, filled_lines):
        filled += sum(map(bool, cells))
        _check_limits(len(rows) + 1, filled)
        rows.append(_fitted(cells, len(headers), row))
        numbers.append(row)
        cleaned += [(row, headers[i]) for i, one in enumerate(raw) if has_invisible(one)]
    if not rows:
        raise NoRows(_("The file has no rows below its headings."))
    return Table(headers, tuple(rows), tuple(numbers), tuple(cleaned), number, first_rows)


def _headings(lines: list[Line], options: ReadOptions) -> tuple[tuple[str, ...], list[Line], int]:
    """Return the headings, the lines below them, and the number of their row."""
    if not lines:
        raise NoRows(_("The file has no rows below its headings."))
    known = [(number, cells) for number, _raw, cells in lines]
    index = find_heading_row(known, options.heading_row)
    number, _raw, cells = lines[index]
    below = lines[index + 1 :]
    has_two = options.heading_rows == 2 or (
        not options.heading_rows and below and has_second_row(below[0][2])
    )
    if has_two and below:
        return _headers(joined(cells, below[0][2])), below[1:], number
    return _headers(cells), below, number


def _check_limits(rows: int, filled: int) -> None:
    if rows > MAX_ROWS:
        raise BadFile(
            _("The file has more than %(limit)d rows. Split it and upload the parts.")
            % {"limit": MAX_ROWS}
        )
    if filled > MAX_FILLED_CELLS:
        raise BadFile(
            _("The file has more than %(limit)d filled cells. Split it and upload the parts.")
            % {"limit": MAX_FILLED_CELLS}
        )


def _fitted(cells: list[str], width: int, number: int) -> tuple[str, ...]:
    """Return the cells of a row, as many as there are headings."""
    if any(cells[width:]):
        raise BadFile(
            _("Row %(row)d has more cells than there are headings. Fix the row.") % {"row": number}
        )
    return tuple((cells + [""] * width)[:width])


def _headers(line: list[str]) -> tuple[str, ...]:
    while line and not line[-1]:
        line = line[:-1]
    if len(line) > MAX_COLUMNS:
        raise BadFile(
            _("The file has more than %(limit)d columns. Delete those you don't need.")
            % {"limit": MAX_COLUMNS}
        )
    return told_apart(line)
