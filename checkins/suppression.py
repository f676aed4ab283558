"""Suppression of small numbers: which figures of a table may be shown.

A table is one group of answers, split into parts that do not overlap (mentees, mentors), with its
total. The rules:
1. no figure rests on fewer than `smallest` answers (0 answers tell nothing about anyone);
2. no figure follows from subtracting shown ones (complementary disclosure): while the hidden parts
   hold fewer than `smallest` answers together, the next smallest part is hidden as well;
3. shares are rounded to `ROUND_TO` percent, so that no single answer moves them visibly in a large
   group.
Pure: no database, no clock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

ROUND_TO = 5


@dataclass(frozen=True)
class Figure:
    """One cell: `count` answers, `median` (None unless a scale), rounded `shares` in percent."""

    count: int
    median: float | None
    shares: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Table:
    """The figures of one question; None is a hidden figure."""

    total: Figure | None
    parts: tuple[tuple[str, Figure | None], ...]


def shown_parts(sizes: Mapping[str, int], smallest: int) -> frozenset[str]:
    """Return the names of the parts whose figures may be shown with the total."""
    if sum(sizes.values()) < smallest:
        return frozenset()
    shown = {name for name, size in sizes.items() if size == 0 or size >= smallest}
    while 0 < sum(size for name, size in sizes.items() if name not in shown) < smallest:
        candidates = [(sizes[name], name) for name in shown if sizes[name]]
        if not candidates:
            break
        shown.remove(min(candidates)[1])
    return frozenset(shown)


def pool(
    parts: Mapping[str, Sequence[str]], codes: Sequence[str], *, is_scale: bool, smallest: int
) -> Table:
    """Return the table of one question.

    `parts` maps the name of a part to its answers, each one of `codes`; the codes of a scale are
    its steps "1", "2" and so on.
    """
    answers = [answer for part in parts.values() for answer in part]
    shown = shown_parts({name: len(part) for name, part in parts.items()}, smallest)
    total = _figure(answers, codes, is_scale) if len(answers) >= smallest else None
    cells = (
        (name, _figure(part, codes, is_scale) if name in shown else None)
        for name, part in parts.items()
    )
    return Table(total, tuple(cells))


def _figure(answers: Sequence[str], codes: Sequence[str], is_scale: bool) -> Figure:
    middle = float(median(int(answer) for answer in answers)) if is_scale and answers else None
    return Figure(
        len(answers),
        middle,
        tuple((code, _share(answers.count(code), len(answers))) for code in codes),
    )


def _share(count: int, size: int) -> int:
    """Return percent, rounded to the nearest `ROUND_TO`; halves go up."""
    return (200 * count + ROUND_TO * size) // (2 * ROUND_TO * size) * ROUND_TO if size else 0
