"""Read a sheet of an XLSX workbook, whatever the workbook says about its own size.

1. What it unpacks to is added up from its table of contents before anything is unpacked, and
   `zipfile` never gives more bytes than that table says.
2. Rows come one at a time. A cell far below the table costs next to nothing: the rows between are
   empty and not padded to the widest, and are passed over without a line of Python.
"""

from __future__ import annotations

import io
import operator
import zipfile
from collections.abc import Iterator
from contextlib import closing

from django.utils.translation import gettext as _

MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_PARTS = 2000
ZIP = b"PK\x03\x04"
OLD_FORMAT = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # XLS, and XLSX with a password
UNREADABLE = (KeyError, ValueError, TypeError, OSError, EOFError, SyntaxError, AttributeError)


class BadFile(ValueError):
    """The file cannot be read as a table; the message says why and what to do."""


def workbook_rows(content: bytes) -> Iterator[tuple[int, list[object]]]:
    """Yield (row number, cells) of the first sheet, without rows that hold nothing.

    Raises BadFile.
    """
    # Slow to import, and it loads numpy where that is installed: only the worker needs it.
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    _check_size(content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        with closing(book):
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # a file may state a million columns
            rows = enumerate(sheet.iter_rows(values_only=True), start=1)
            for number, row in filter(operator.itemgetter(1), rows):
                if any(cell is not None for cell in row):
                    yield number, list(row)
    except (*UNREADABLE, IndexError, zipfile.BadZipFile, InvalidFileException) as error:
        raise BadFile(
            _("The workbook can't be read. Save it again as XLSX or as “CSV UTF-8”.")
        ) from error


def _check_size(content: bytes) -> None:
    """Refuse a workbook that would unpack to more than a table needs."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
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
