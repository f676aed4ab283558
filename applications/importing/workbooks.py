"""Read a sheet of an XLSX workbook, whatever the workbook says about its own size.

1. What it unpacks to is added up from its table of contents before anything is unpacked, and
   `zipfile` never gives more bytes than that table says.
2. Rows come one at a time. A cell far below the table costs next to nothing: the rows between are
   empty and not padded to the widest, and are passed over without a line of Python.
"""

from __future__ import annotations

import io
import operator
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import IO, TYPE_CHECKING, Protocol, cast

from django.utils.translation import gettext as _

from .formulas import WANTS_CALCULATION, Cell, cells_without_result

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook as Book

MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_PARTS = 2000
MAX_SHEETS = 100
MAX_WITHOUT_RESULT = 100_000  # cells that are looked at: one is enough to refuse a column
ZIP = b"PK\x03\x04"
OLD_FORMAT = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # XLS, and XLSX with a password
UNREADABLE = (KeyError, ValueError, TypeError, OSError, EOFError, SyntaxError, AttributeError)
CHUNK = 2**20  # bytes of a sheet that are searched at once
ENOUGH_ROWS = 2  # a sheet with fewer is no table
ROW = re.compile(rb"<(?:\w{1,9}:)?row\b([^>]{0,500})>")
COLUMN = re.compile(rb"<(?:\w{1,9}:)?col\b([^>]{0,500})>")
HIDDEN = re.compile(rb"""\bhidden=["'](?:1|true)["']""")
NUMBER = re.compile(rb"""\b(r|min|max)=["'](\d{1,7})["']""")


class BadFile(ValueError):
    """The file cannot be read as a table; the message says why and what to do."""


class ReadOnlySheet(Protocol):
    """What is used of openpyxl's sheet, which reads its rows one at a time."""

    title: str
    sheet_state: str
    _worksheet_path: str

    def reset_dimensions(self) -> None: ...
    def iter_rows(self, *, values_only: bool) -> Iterator[tuple[object, ...]]: ...


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook. `has_rows`: it has headings and at least one row."""

    name: str
    is_hidden: bool = False
    has_rows: bool = True


@contextmanager
def open_workbook(content: bytes, sheet: str = "") -> Iterator[Workbook]:
    """Open a workbook at a sheet: the named one, else the first visible one with a table.

    Raises BadFile, also while its rows are read.
    """
    import openpyxl  # slow to import, and it may load numpy: only the worker needs it

    check_unpacked_size(io.BytesIO(content))
    with _told_if_broken():
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    with closing(book):
        yield Workbook(content, book, sheet)


@contextmanager
def _told_if_broken() -> Iterator[None]:
    """Turn what openpyxl and zipfile raise for a broken workbook into a BadFile."""
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        yield
    except BadFile:
        raise
    except (*UNREADABLE, IndexError, zipfile.BadZipFile, InvalidFileException) as error:
        raise BadFile(
            _("The workbook can't be read. Save it again as XLSX or as “CSV UTF-8”.")
        ) from error


class Workbook:
    """An open workbook and the sheet that is read."""

    def __init__(self, content: bytes, book: Book, wanted: str = "") -> None:
        self._content = content
        with _told_if_broken():
            pages = cast("list[ReadOnlySheet]", book.worksheets[:MAX_SHEETS])
            self.sheets = tuple(
                Sheet(page.title, page.sheet_state != "visible", _has_table(page)) for page in pages
            )
            self._sheet = pages[self._position(wanted)]
        self.sheet = self._sheet.title

    def _position(self, wanted: str) -> int:
        if wanted:
            named = [n for n, sheet in enumerate(self.sheets) if sheet.name == wanted]
            if not named:
                raise BadFile(_("The workbook has no sheet “%(name)s”.") % {"name": wanted})
            return named[0]
        tables = [n for n, one in enumerate(self.sheets) if one.has_rows and not one.is_hidden]
        return next(iter(tables), 0)

    def rows(self) -> Iterator[tuple[int, list[object]]]:
        """Yield (row number, cells) without rows that hold nothing."""
        self._sheet.reset_dimensions()  # a file may state a million columns
        rows = enumerate(self._sheet.iter_rows(values_only=True), start=1)
        filled = filter(operator.itemgetter(1), rows)
        while True:
            with _told_if_broken():
                number, row = next(filled, (0, ()))
            if not number:
                return
            if any(cell is not None for cell in row):
                yield number, list(row)

    @cached_property
    def without_result(self) -> list[Cell]:
        """The first cells of the sheet with a formula whose result is not in the workbook."""
        with _told_if_broken(), zipfile.ZipFile(io.BytesIO(self._content)) as archive:
            wants = any(
                WANTS_CALCULATION.search(archive.read(name))
                for name in archive.namelist()
                if name.endswith("/workbook.xml")
            )
            with archive.open(self._sheet._worksheet_path) as part:
                cells = cells_without_result(part, is_recalculated=wants)
                return list(islice(cells, MAX_WITHOUT_RESULT))

    @cached_property
    def hidden(self) -> tuple[frozenset[int], frozenset[int]]:
        """The numbers of the rows and of the columns that the sheet hides, from 1.

        Rows that a filter leaves out are hidden too.
        """
        rows: set[int] = set()
        columns: set[int] = set()
        last = 0
        with (
            _told_if_broken(),
            zipfile.ZipFile(io.BytesIO(self._content)) as archive,
            archive.open(self._sheet._worksheet_path) as part,
        ):
            for tag, attributes in _rows_and_columns(part):
                found = {name: int(text) for name, text in NUMBER.findall(attributes)}
                if tag is ROW:
                    last = found.get(b"r", last + 1)  # rows without a number follow each other
                if not HIDDEN.search(attributes):
                    continue
                if tag is ROW:
                    rows.add(last)
                else:
                    low, high = found.get(b"min", 1), found.get(b"max", 1)
                    columns.update(range(low, min(high, low + 1000) + 1))
        return frozenset(rows), frozenset(columns)


def _has_table(page: ReadOnlySheet) -> bool:
    """Return whether a sheet has rows enough among its first ones."""
    page.reset_dimensions()
    start = islice(page.iter_rows(values_only=True), 200)
    filled = (row for row in start if any(cell is not None for cell in row))
    return sum(1 for _row in islice(filled, ENOUGH_ROWS)) == ENOUGH_ROWS


def _rows_and_columns(part: IO[bytes]) -> Iterator[tuple[re.Pattern[bytes], bytes]]:
    """Yield (ROW or COLUMN, attributes) of a sheet's text, without reading its cells."""
    rest = b""
    while chunk := part.read(CHUNK):
        text = rest + chunk
        end = text.rfind(b"<")
        text, rest = (text[:end], text[end:]) if len(text) - end < 1000 else (text, b"")
        for tag in (COLUMN, ROW):
            yield from ((tag, found[1]) for found in tag.finditer(text))
    for tag in (COLUMN, ROW):
        yield from ((tag, found[1]) for found in tag.finditer(rest))


def check_unpacked_size(file: IO[bytes]) -> None:
    """Refuse a workbook that would unpack to more than a table needs, by its table of contents.

    Raises BadFile.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, *UNREADABLE) as error:
        raise BadFile(
            _("The workbook can't be read. Save it again as XLSX or as “CSV UTF-8”.")
        ) from error
    if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES or len(parts) > MAX_PARTS:
        raise BadFile(
            _(
                "The workbook unpacks to more than %(limit)d MB. "
                "Copy the table alone into a new workbook, or save it as “CSV UTF-8”."
            )
            % {"limit": MAX_UNPACKED_BYTES // 2**20}
        )
