"""What a page needs to know of a table: its headings, and some different answers of each column."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from .normalization import fold, is_blank
from .tables import Table

MAX_ANSWERS = 60
MAX_ANSWER_LENGTH = 300


@dataclass(frozen=True)
class ColumnSummary:
    """`answers` are different and filled, in the order of the file; at most `MAX_ANSWERS`."""

    heading: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class TableSummary:
    columns: tuple[ColumnSummary, ...]

    @property
    def headers(self) -> list[str]:
        return [column.heading for column in self.columns]

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
    return TableSummary(tuple(columns))


def to_json(summary: TableSummary) -> str:
    return json.dumps(asdict(summary)["columns"], ensure_ascii=False)


def from_json(text: str) -> TableSummary:
    """Return the summary that `to_json` wrote."""
    columns = json.loads(text or "[]")
    return TableSummary(
        tuple(ColumnSummary(one["heading"], tuple(one["answers"])) for one in columns)
    )
