"""Read a file as a table of text: CSV in UTF-8 or UTF-16, or an XLSX workbook's first sheet."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections import Counter
from dataclasses import dataclass

import tablib
from django.utils.translation import gettext as _

from .normalization import clean, fold

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 400
DELIMITERS = ",;\t|"
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class BadFile(ValueError):
    """The file cannot be read as a table; the message says why and what to do."""


@dataclass(frozen=True)
class Table:
    """`headers` as written, `rows` of the same length, `numbers` of the lines that people see."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]

    def column(self, header: str) -> int | None:
        """Return the position of a header in any spelling, None if it is not there."""
        wanted = fold(header)
        return next((i for i, name in enumerate(self.headers) if fold(name) == wanted), None)


def read_table(content: bytes, *, encoding: str = "") -> Table:
    """Read a file's content; `encoding` is that of a CSV without a byte-order mark.

    Raises BadFile.
    """
    if len(content) > MAX_BYTES:
        raise BadFile(
            _("The file is larger than %(limit)d MB. Split it and upload the parts.")
            % {"limit": MAX_BYTES // 2**20}
        )
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise BadFile(_("The file is empty. Choose another file."))
    lines = (
        _workbook(content) if content[:4] == b"PK\x03\x04" else _text(_decode(content, encoding))
    )
    return _table(lines)


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


def _text(text: str) -> list[list[str]]:
    first = text.split("\n", 1)[0]
    counts = Counter({mark: first.count(mark) for mark in DELIMITERS})
    delimiter = counts.most_common(1)[0][0] if any(counts.values()) else ","
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise BadFile(_("The file is not a table: %(why)s.") % {"why": error}) from error


def _workbook(content: bytes) -> list[list[str]]:
    try:
        data = tablib.Dataset().load(content, format="xlsx", headers=False)
    except (
        KeyError,
        ValueError,
        TypeError,
        OSError,
        zipfile.BadZipFile,
        tablib.exceptions.TablibException,
    ) as error:
        raise BadFile(
            _("The workbook can't be read. Save it again as XLSX or as “CSV UTF-8”.")
        ) from error
    return [["" if cell is None else str(cell) for cell in row] for row in data]


def _table(lines: list[list[str]]) -> Table:
    numbered = [(n, [clean(cell) for cell in line]) for n, line in enumerate(lines, start=1)]
    filled = [(n, line) for n, line in numbered if any(line)]
    if len(filled) < 2:
        raise BadFile(_("The file has no rows below its headings."))
    if len(filled) - 1 > MAX_ROWS:
        raise BadFile(
            _("The file has more than %(limit)d rows. Split it and upload the parts.")
            % {"limit": MAX_ROWS}
        )
    headers = _headers(filled[0][1])
    for number, line in filled[1:]:
        if len(line) > len(headers) and any(line[len(headers) :]):
            raise BadFile(
                _("Row %(row)d has more cells than there are headings. Fix the row.")
                % {"row": number}
            )
    width = len(headers)
    rows = tuple(tuple((line + [""] * width)[:width]) for _n, line in filled[1:])
    return Table(headers, rows, tuple(n for n, _line in filled[1:]))


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
