"""What a page needs to know of a table: headings, some answers of each column, the first rows."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from programs.spellings import fold

from .formulas import MissingResults, needs_saving
from .normalization import is_blank
from .tables import Table
from .workbooks import Sheet

MAX_ANSWERS = 60
MAX_START_COLUMNS, MAX_START_LENGTH = 8, 40
MAX_ANSWER_LENGTH = 300


@dataclass(frozen=True)
class ColumnSummary:
    """`answers` are different and filled, in the order of the file; at most `MAX_ANSWERS`."""

    heading: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class TableSummary:
    """`start` has (row number, cells) of the first rows; sheets are those of a workbook."""

    columns: tuple[ColumnSummary, ...]
    start: tuple[tuple[int, tuple[str, ...]], ...] = ()
    heading_row: int = 1
    sheets: tuple[Sheet, ...] = ()
    sheet: str = ""
    is_read_as_before: bool = False  # with options that were chosen for an earlier file
    without_result: tuple[MissingResults, ...] = ()

    @property
    def headers(self) -> list[str]:
        return [column.heading for column in self.columns]

    @property
    def formulas(self) -> list[str]:
        """What to do about formulas whose results are not in the file, by heading."""
        return [
            f"{one.heading}: {needs_saving(one)}" if one.heading else needs_saving(one)
            for one in self.without_result
        ]

    def answers(self, heading: str) -> tuple[str, ...]:
        """Return the answers below a heading in any spelling; none if it is not there."""
        wanted = fold(heading)
        return next((one.answers for one in self.columns if fold(one.heading) == wanted), ())


def summarize(table: Table) -> TableSummary:
    columns = []
    for position, heading in enumerate(table.headers):
        found: dict[str, None] = {}
        for row in table.rows:
            if len(found) == MAX_ANSWERS:
                break
            if not is_blank(row[position]):
                found[row[position][:MAX_ANSWER_LENGTH]] = None
        columns.append(ColumnSummary(heading, tuple(found)))
    start = tuple(
        (number, tuple(cell[:MAX_START_LENGTH] for cell in cells[:MAX_START_COLUMNS]))
        for number, cells in table.start
    )
    return TableSummary(
        tuple(columns),
        start,
        table.heading_row,
        table.sheets,
        table.sheet,
        without_result=table.without_result,
    )


def to_json(summary: TableSummary) -> str:
    return json.dumps(asdict(summary), ensure_ascii=False)


def from_json(text: str) -> TableSummary:
    """Return the summary that `to_json` wrote."""
    found = json.loads(text) if text else {"columns": []}
    if isinstance(found, list):  # as earlier versions wrote it
        found = {"columns": found}
    columns = (ColumnSummary(one["heading"], tuple(one["answers"])) for one in found["columns"])
    return TableSummary(
        tuple(columns),
        tuple((number, tuple(cells)) for number, cells in found.get("start", [])),
        found.get("heading_row", 1),
        tuple(Sheet(**one) for one in found.get("sheets", [])),
        found.get("sheet", ""),
        found.get("is_read_as_before", False),
        tuple(
            MissingResults(one["heading"], one["count"], tuple(one["cells"]))
            for one in found.get("without_result", [])
        ),
    )
