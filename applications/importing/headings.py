"""Find the headings of a table: which row has them, and names that tell columns apart."""

from __future__ import annotations

import re
from collections.abc import Sequence

from programs.spellings import fold

Row = tuple[int, list[str]]  # the number that people see, the cells

LOOK_AHEAD = 10  # rows among which the headings are looked for
GENERIC = ("open-ended response", "response", "réponse ouverte", "réponse")
AGAIN = re.compile(r" \(\d+\)$")
WITHOUT_HEADING = re.compile(r"^\([a-z]{1,3}\)$")


def find_heading_row(rows: Sequence[Row], chosen: int = 0) -> int:
    """Return the index of the row with the headings: the chosen one, else below a lone title."""
    if chosen:
        return next((i for i, (number, _cells) in enumerate(rows) if number == chosen), 0)
    for index, (_number, cells) in enumerate(rows):
        if sum(map(bool, cells)) > 1:
            return index
    return 0


def has_second_row(cells: Sequence[str]) -> bool:
    """Return whether a row below the headings says more about them, as some form tools write it."""
    return any(fold(cell) in GENERIC for cell in cells)


def joined(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """Return the headings of two rows: a question stands once above all of its options."""
    found, question = [], ""
    for position in range(max(len(first), len(second))):
        above = first[position] if position < len(first) else ""
        below = second[position] if position < len(second) else ""
        question = above or question
        plain = not below or fold(below) in GENERIC
        found.append(question if plain else f"{question}: {below}")
    return found


def told_apart(cells: Sequence[str]) -> tuple[str, ...]:
    """Return headings that differ: "Town", "Town (2)"; a column without one is called "(C)"."""
    from openpyxl.utils import get_column_letter  # slow to import: only the worker needs it

    found: list[str] = []
    seen: dict[str, int] = {}
    for position, cell in enumerate(cells, start=1):
        name = cell or f"({get_column_letter(position)})"
        count = seen[fold(name)] = seen.get(fold(name), 0) + 1
        found.append(name if count == 1 else f"{name} ({count})")
    return tuple(found)


def same_question(heading: str, other: str) -> bool:
    """Return whether two columns ask the same: forms with branches do."""
    return fold(AGAIN.sub("", heading)) == fold(AGAIN.sub("", other))


def is_without_heading(heading: str) -> bool:
    return WITHOUT_HEADING.match(fold(heading)) is not None
