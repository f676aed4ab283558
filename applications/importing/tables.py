"""Read a file as a table of text: CSV in UTF-8 or UTF-16, or an XLSX workbook's first sheet.

Only a worker reads files. Every limit holds while the rows come in, one at a time, so a file that
is too large costs no more than one that is just small enough.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .normalization import clean, fold, has_invisible
from .workbooks import OLD_FORMAT, ZIP, BadFile, workbook_rows

__all__ = ["MAX_BYTES", "BadFile", "Table", "read_table"]

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 400
MAX_FILLED_CELLS = 1_000_000
DELIMITERS = ",;\t|"
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

Row = tuple[int, list[object]]  # the number that people see, the cells


@dataclass(frozen=True)
class Table:
    """`headers` as written, `rows` of the same length, `numbers` of the lines that people see.

    `cleaned` has (row number, heading) of the cells that held characters that nobody can see.
    """

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    cleaned: tuple[tuple[int, str], ...] = ()

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


def read_table(content: bytes, *, encoding: str = "") -> Table:
    """Read a file's content; `encoding` is that of a CSV without a byte-order mark.

    Raises BadFile.
    """
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
        return _table(workbook_rows(content))
    return _table(_text_rows(_decode(content, encoding)))


def _decode(content: bytes, encoding: str) -> str:
    guessed = next((name for mark, name in BOMS.items() if content.startswith(mark)), "")
    try:
        text = content.decode(guessed or encoding or "utf-8")
    except LookupError as error:
        raise BadFile(
            _("The map names an unknown encoding: %(name)s.") % {"name": encoding}
        ) from error
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadFile(
            _(
                "Line %(line)d is not UTF-8. "
                "Save the file as “CSV UTF-8” or set its encoding in the map."
            )
            % {"line": line}
        ) from error
    if "\x00" in text:
        raise BadFile(
            _("The file contains binary data. Save it as “CSV UTF-8” or as an XLSX workbook.")
        )
    return text


def _text_rows(text: str) -> Iterator[Row]:
    """Yield (number, cells) of the rows of a CSV."""
    first = text.split("\n", 1)[0]
    counts = Counter({mark: first.count(mark) for mark in DELIMITERS})
    delimiter = counts.most_common(1)[0][0] if any(counts.values()) else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, list(cells)
    except csv.Error as error:
        raise BadFile(
            _(
                "Row %(row)d is not a row of a table: a quotation mark is missing or is in the "
                "wrong place. Write a quotation mark inside a cell twice, or save the file again "
                "from a spreadsheet."
            )
            % {"row": number + 1}
        ) from error


def _table(lines: Iterable[Row]) -> Table:
    headers: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = []
    numbers: list[int] = []
    cleaned: list[tuple[int, str]] = []
    filled = 0
    for number, raw in lines:
        cells = [clean(cell) for cell in raw]
        held = sum(map(bool, cells))
        if not held:
            continue
        if not headers:
            headers = _headers(cells)
            continue
        filled += held
        _check_limits(len(rows) + 1, filled)
        rows.append(_fitted(cells, len(headers), number))
        numbers.append(number)
        cleaned += [(number, headers[i]) for i, one in enumerate(raw) if has_invisible(one)]
    if not rows:
        raise BadFile(_("The file has no rows below its headings."))
    return Table(headers, tuple(rows), tuple(numbers), tuple(cleaned))


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
    twice = [name for name, count in Counter(fold(one) for one in line if one).items() if count > 1]
    if twice:
        raise BadFile(
            _("Two columns have the same heading: %(name)s. Rename one of them.")
            % {"name": twice[0]}
        )
    return tuple(line)
