"""Read a CSV as rows: find its encoding and its separator, or take those that are chosen."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .workbooks import BadFile

DELIMITERS = ",;\t|"
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
SHOWN_BYTES = 60  # of a line whose encoding is asked
SAMPLE = 20_000  # characters in which the separator is looked for


@dataclass(frozen=True)
class ReadOptions:
    """How a file is read; empty values are found out.

    encoding: of a CSV without a byte-order mark. delimiter: of a CSV. heading_row: the number of
    the row with the headings, as people see it. heading_rows: how many rows they fill, 1 or 2.
    sheet: the name of a workbook's sheet. skip_hidden: leave out what the sheet hides.
    """

    encoding: str = ""
    delimiter: str = ""
    heading_row: int = 0
    heading_rows: int = 0
    sheet: str = ""
    skip_hidden: bool = False


def text_rows(content: bytes, options: ReadOptions) -> Iterator[tuple[int, list[object]]]:
    """Yield (number, cells) of the rows of a CSV. Raises BadFile."""
    text = _decode(content, options.encoding)
    if text.lstrip()[:1] in {"{", "["}:
        raise BadFile(_("This is a JSON file, not a table. Export the answers as CSV or XLSX."))
    text, delimiter = _without_separator_line(text)
    delimiter = options.delimiter or delimiter or _guess_delimiter(text[:SAMPLE])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, list(cells)
    except csv.Error as error:
        if "field limit" in str(error):
            raise BadFile(
                _(
                    "Row %(row)d has a cell of more than %(most)d characters. Shorten it. If none "
                    "is so long, a quotation mark that opens a cell is never closed."
                )
                % {"row": number + 1, "most": csv.field_size_limit()}
            ) from error
        raise BadFile(
            _(
                "Row %(row)d is not a row of a table: a quotation mark is missing or is in the "
                "wrong place. Write a quotation mark inside a cell twice, or save the file again "
                "from a spreadsheet."
            )
            % {"row": number + 1}
        ) from error


def _decode(content: bytes, encoding: str) -> str:
    marked = next((name for mark, name in BOMS.items() if content.startswith(mark)), "")
    try:
        text = content.decode(marked or encoding or _utf16_without_mark(content) or "utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        start = content.rfind(b"\n", 0, error.start) + 1
        sample = content[start:].partition(b"\n")[0][:SHOWN_BYTES]
        raise BadFile(
            _(
                "Line %(line)d is not UTF-8. As Windows text it reads “%(windows)s”, as Mac text "
                "“%(mac)s”. Choose the right encoding below, or save the file as “CSV UTF-8”."
            )
            % {
                "line": line,
                "windows": sample.decode("cp1252", "replace").strip(),
                "mac": sample.decode("mac_roman", "replace").strip(),
            }
        ) from error
    except (LookupError, UnicodeError) as error:
        raise BadFile(
            _("The map names an unknown encoding: %(name)s.") % {"name": encoding}
        ) from error
    if "\x00" in text:
        raise BadFile(
            _("The file contains binary data. Save it as “CSV UTF-8” or as an XLSX workbook.")
        )
    return text


def _utf16_without_mark(content: bytes) -> str:
    """Return the encoding of a text of which every second byte is zero, "" for another one."""
    start = content[:400]
    if len(content) % 2 or len(start) < 4:
        return ""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if odd * 4 > len(start[1::2]) * 3 and not even:
        return "utf-16-le"
    return "utf-16-be" if even * 4 > len(start[::2]) * 3 and not odd else ""


def _without_separator_line(text: str) -> tuple[str, str]:
    """Take off Excel's first line "sep=;" and return the separator that it names."""
    first, _newline, rest = text.partition("\n")
    line = first.strip('\r\n \ufeff"')
    if line.casefold().startswith("sep=") and len(line) == 5:
        return rest, line[4]
    return text, ""


def _guess_delimiter(text: str) -> str:
    """Return the separator that occurs most often in the first row outside quotation marks."""
    counts: Counter[str] = Counter()
    is_quoted = False
    for one in text:
        if one == '"':
            is_quoted = not is_quoted
        elif not is_quoted:
            if one in "\r\n" and counts:
                break
            counts[one] += one in DELIMITERS
    mark, count = max(((mark, counts[mark]) for mark in DELIMITERS), key=lambda one: one[1])
    return mark if count else ","
