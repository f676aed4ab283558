"""What erasing a person does to each stored text: the register that `privacy` and its tests use.

Each app declares the columns of its tables next to the functions that export and erase them. A
column that can hold text, JSON or bytes and has no rule fails a test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """What happens to the person's own rows."""

    ERASED = "erased"
    KEPT = "kept"
    IMPERSONAL = "holds no person"


@dataclass(frozen=True)
class ColumnRule:
    """`why` says why a column is kept or holds no person, `not_exported` why no copy has it.

    `mentions` says why rows of other people may go on naming the person; when it is empty, their
    full name and addresses are replaced there.
    """

    fate: Fate
    why: str = ""
    not_exported: str = ""
    mentions: str = ""


Columns = Mapping[str, ColumnRule]  # by "app.Model.column"

OWN_ONLY = "only the person writes it, about themselves"
ERASED = ColumnRule(Fate.ERASED)


def erased(*, not_exported: str = "", mentions: str = "") -> ColumnRule:
    return ColumnRule(Fate.ERASED, not_exported=not_exported, mentions=mentions)


def kept(why: str, *, not_exported: str = "", mentions: str = "") -> ColumnRule:
    return ColumnRule(Fate.KEPT, why, not_exported, mentions)


def impersonal(why: str) -> ColumnRule:
    return ColumnRule(Fate.IMPERSONAL, why)


def rules(app: str, tables: Mapping[str, Mapping[str, ColumnRule]]) -> dict[str, ColumnRule]:
    """Return {"app.Model.column": rule} of {"Model": {"column other_column": rule}}."""
    return {
        f"{app}.{model}.{column}": rule
        for model, columns in tables.items()
        for names, rule in columns.items()
        for column in names.split()
    }
