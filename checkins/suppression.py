"""Suppression of small numbers: which figures of a table may be shown, and to whom.

A table is one group of answers, split into parts that do not overlap (mentees, mentors), with its
total. The rules:
1. no figure rests on answers of fewer than `smallest` people (0 answers tell nothing about anyone);
2. no figure follows from subtracting shown ones (complementary disclosure): while the hidden parts
   hold answers of fewer than `smallest` people together, the next smallest part is hidden as well;
3. both rules count only people whom the reader can't read: what a reader knows can be subtracted
   as well. The two people of the reader's own pair never count, because they may have talked;
4. shares are rounded to `ROUND_TO` percent, so that no single answer moves them visibly in a large
   group.
Pure: no database, no clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from statistics import fmean, median
from typing import NamedTuple

ROUND_TO = 5


class Source(NamedTuple):
    """Where an answer comes from: primary keys of the person and of the check-in."""

    person: int
    checkin: int


@dataclass(frozen=True)
class Figure:
    """One cell: `count` answers, rounded `shares` in percent; of a scale also two averages.

    `mean` is rounded to one decimal; `median` and `mean` are None unless it is a scale.
    """

    count: int
    median: float | None
    mean: float | None
    shares: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Table:
    """The figures of one question; None is a hidden figure."""

    total: Figure | None
    parts: tuple[tuple[str, Figure | None], ...]


@dataclass(frozen=True)
class Knowledge:
    """What a reader of a table knows besides its figures.

    `known` is every set of answers that the reader can read: today, and in any later role.
    `pair` is the primary keys of the reader and of the people they are in a pair with.
    """

    known: tuple[AbstractSet[Source], ...] = (frozenset(),)
    pair: AbstractSet[int] = frozenset()

    def is_safe(self, answers: AbstractSet[Source], smallest: int) -> bool:
        """Return whether a figure of `answers` tells the reader nothing about few people."""
        return all(self._is_safe(answers - known, smallest) for known in self.known)

    def _is_safe(self, unknown: AbstractSet[Source], smallest: int) -> bool:
        return not unknown or len({one.person for one in unknown} - self.pair) >= smallest


NOTHING = Knowledge()


def shown_parts(
    parts: Mapping[str, AbstractSet[Source]],
    smallest: int,
    *,
    reader: Knowledge = NOTHING,
    among: Collection[str] | None = None,
) -> frozenset[str] | None:
    """Return the names of the parts that may be shown with the total; None if it may not be shown.

    Only parts in `among` are shown, if it is given: the others were hidden earlier.
    """
    if not reader.is_safe(_union(parts.values()), smallest):
        return None
    candidates = set(parts if among is None else among)
    shown = {name for name in candidates if reader.is_safe(parts[name], smallest)}
    while not reader.is_safe(
        _union(part for name, part in parts.items() if name not in shown), smallest
    ):
        shown.remove(min((len(parts[name]), name) for name in shown if parts[name])[1])
    return frozenset(shown)


def _union(parts: Iterable[AbstractSet[Source]]) -> frozenset[Source]:
    return frozenset().union(*parts)


def pool(
    parts: Mapping[str, Mapping[Source, str]],
    codes: Collection[str],
    *,
    is_scale: bool,
    smallest: int,
) -> Table:
    """Return the table of one question.

    `parts` maps the name of a part to its answers, each one of `codes`, or several of them with a
    space in between: then shares add up to more than 100. The codes of a scale are its steps "1",
    "2" and so on.
    """
    answers = [answer for part in parts.values() for answer in part.values()]
    shown = shown_parts({name: part.keys() for name, part in parts.items()}, smallest)
    if shown is None or not answers:
        return Table(None, tuple((name, None) for name in parts))
    cells = (
        (name, _figure(list(part.values()), codes, is_scale) if name in shown else None)
        for name, part in parts.items()
    )
    return Table(_figure(answers, codes, is_scale), tuple(cells))


def _figure(answers: list[str], codes: Collection[str], is_scale: bool) -> Figure:
    chosen = Counter(code for answer in answers for code in set(answer.split()))
    steps = [int(answer) for answer in answers] if is_scale else []
    return Figure(
        len(answers),
        float(median(steps)) if steps else None,
        round(fmean(steps), 1) if steps else None,
        tuple((code, _share(chosen[code], len(answers))) for code in codes),
    )


def _share(count: int, size: int) -> int:
    """Return percent, rounded to the nearest `ROUND_TO`; halves go up."""
    return (200 * count + ROUND_TO * size) // (2 * ROUND_TO * size) * ROUND_TO if size else 0
