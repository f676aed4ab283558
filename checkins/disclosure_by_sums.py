"""Whether figures that share answers tell about a few people when they are added and subtracted.

A cell is a figure as a sum: {answer: factor}. A mean change adds the later answers of people and
subtracts their earlier ones, and these answers are in the figures of their months as well. So the
rules of `suppression`, which are for parts that do not overlap, are not enough here.

Some combination of the cells depends on the answers of a group alone if, and only if, the matrix of
all other answers has a smaller rank. Answers with the same factors in all cells are one column.
Pure: no database, no clock.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import combinations

from .suppression import Knowledge, Source

Cell = Mapping[Source, int]
# Above this number of small groups all of them are taken as one, which hides more than needed.
MOST_SMALL_GROUPS = 8
# Ranks are computed in the integers modulo this prime; factors are far smaller.
PRIME = 2**61 - 1


def sum_of(answers: AbstractSet[Source]) -> dict[Source, int]:
    """Return the cell that adds these answers up."""
    return dict.fromkeys(answers, 1)


def are_safe(cells: Sequence[Cell], smallest: int, reader: Knowledge) -> bool:
    """Return whether no combination of `cells` depends on answers of fewer than `smallest` people.

    Answers that the reader knows don't count, and neither do the people of their own pair.
    """
    return all(_are_safe(cells, smallest, known, reader.pair) for known in reader.known)


def _are_safe(
    cells: Sequence[Cell], smallest: int, known: AbstractSet[Source], pair: AbstractSet[int]
) -> bool:
    columns: dict[tuple[int, ...], set[int]] = {}
    for answer in set().union(*cells) - known:
        factors = tuple(cell.get(answer, 0) for cell in cells)
        columns.setdefault(factors, set()).add(answer.person)
    groups = [(factors, people - pair) for factors, people in columns.items()]
    small = [one for one in groups if len(one[1]) < smallest]
    if not small:
        return True
    all_columns = list(columns)
    whole = rank(all_columns)

    def leaks(left_out: Collection[tuple[int, ...]]) -> bool:
        return rank([column for column in all_columns if column not in left_out]) < whole

    if not leaks({factors for factors, _people in small}):
        return True
    if len(small) > MOST_SMALL_GROUPS:
        return False
    return not any(leaks(chosen) for chosen in _few(small, smallest))


def _few(
    small: Sequence[tuple[tuple[int, ...], set[int]]], smallest: int
) -> Iterator[set[tuple[int, ...]]]:
    """Yield the sets of groups that have fewer than `smallest` people together."""
    for size in range(1, len(small) + 1):
        for chosen in combinations(small, size):
            if len(set().union(*(people for _factors, people in chosen))) < smallest:
                yield {factors for factors, _people in chosen}


def rank(rows: Sequence[Sequence[int]]) -> int:
    """Return the rank of a matrix of small integers, by elimination."""
    left = [[factor % PRIME for factor in row] for row in rows]
    found = 0
    for column in range(len(left[0]) if left else 0):
        pivot = next((n for n in range(found, len(left)) if left[n][column]), None)
        if pivot is None:
            continue
        left[found], left[pivot] = left[pivot], left[found]
        inverse = pow(left[found][column], -1, PRIME)
        base = [factor * inverse % PRIME for factor in left[found]]
        for n in range(found + 1, len(left)):
            if factor := left[n][column]:
                left[n] = [
                    (one - factor * other) % PRIME for one, other in zip(left[n], base, strict=True)
                ]
        found += 1
    return found
