"""What the committee decided for a round, and the check that it can be done before anything is solved.

Pins and rejections are honoured or refused with a name; nothing is dropped in silence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from matching.engine.problem.arrays import Ints, whole_numbers
from matching.engine.problem.score_table import ScoreTable

Pair = tuple[int, int]
STICKINESS = 100


@dataclass(frozen=True)
class Rules:
    """pins        pairs (i, j) that the committee insists on; a pin stands above floor and rejections of others
    forbids     pairs (i, j) that the committee rejected in this round
    stickiness  points that every pair of the prior plan is worth more, so that a small gain moves nobody
    floor       scores below it are not matched (pins excepted); None: every allowed pair may be
    objective   "most": as many pairs as possible, then the best total; "best": the best total, then as many pairs
    budget      points of the total that may be spent on raising the weakest pair
    """

    pins: tuple[Pair, ...] = ()
    forbids: tuple[Pair, ...] = ()
    stickiness: int = STICKINESS
    floor: int | None = None
    objective: Literal["most", "best"] = "most"
    budget: int = 0

    def __post_init__(self) -> None:
        for name in ("pins", "forbids"):
            pairs = {(int(i), int(j)) for i, j in getattr(self, name)}
            object.__setattr__(self, name, tuple(sorted(pairs)))


@dataclass(frozen=True)
class Reason:
    """Why a round cannot be solved as asked. `codes` are the hard rules in the way of a pin."""

    code: str
    text: str
    mentee: int | None = None
    mentor: int | None = None
    codes: tuple[str, ...] = ()


class BadRules(ValueError):
    """The decisions of the committee contradict each other, the places or a hard rule; see `reasons`."""

    def __init__(self, reasons: Iterable[Reason]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("; ".join(r.text for r in self.reasons))


def checked_seats(table: ScoreTable, seats: ArrayLike) -> Ints:
    """Places per mentor as int64 (M,); ValueError naming the mentor otherwise."""
    numbers = whole_numbers(seats, "seats").reshape(-1).astype(np.int64)
    if len(numbers) != table.shape[1]:
        raise ValueError(f"{len(numbers)} numbers of seats for {table.shape[1]} mentors")
    if (numbers < 0).any():
        raise ValueError(
            f"mentor '{table.mentor_ids[int(numbers.argmin())]}' has a negative number of seats"
        )
    return numbers


def check(table: ScoreTable, seats: Ints, rules: Rules) -> None:
    """Raise BadRules with every reason why pins, rejections and settings cannot all hold."""
    found = [*_settings(rules), *_strangers(table, rules)]
    if not found:
        found = [*_pins(table, rules), *_crowding(table, seats, rules)]
    if found:
        raise BadRules(found)


def _settings(rules: Rules) -> Iterable[Reason]:
    if rules.objective not in ("most", "best"):
        yield Reason("objective", f"the objective is 'most' or 'best', not {rules.objective!r}")
    if rules.stickiness < 0:
        yield Reason("stickiness", "stickiness must not be negative")
    if rules.budget < 0:
        yield Reason("budget", "the budget for the weakest pair must not be negative")
    if rules.floor is not None and rules.floor < 0:
        yield Reason("floor", "the floor must not be negative")


def _strangers(table: ScoreTable, rules: Rules) -> Iterable[Reason]:
    n, m = table.shape
    for i, j in (*rules.pins, *rules.forbids):
        if not 0 <= i < n:
            yield Reason("unknown_mentee", f"there is no mentee number {i} in this round", i, j)
        if not 0 <= j < m:
            yield Reason("unknown_mentor", f"there is no mentor number {j} in this round", i, j)


def _pins(table: ScoreTable, rules: Rules) -> Iterable[Reason]:
    rejected, twice = set(rules.forbids), Counter(i for i, _ in rules.pins)
    for i, j in rules.pins:
        names = f"'{table.mentee_ids[i]}' with '{table.mentor_ids[j]}'"
        if twice[i] > 1:
            yield Reason(
                "pinned_twice",
                f"mentee '{table.mentee_ids[i]}' is pinned to {twice[i]} mentors",
                i,
                j,
            )
        if (i, j) in rejected:
            yield Reason("pin_rejected", f"{names} is both pinned and rejected", i, j)
        codes = table.why_not(i, j)
        if codes:
            yield Reason(
                "pin_breaks_rule", f"the pin of {names} breaks {', '.join(codes)}", i, j, codes
            )


def _crowding(table: ScoreTable, seats: Ints, rules: Rules) -> Iterable[Reason]:
    for j, pinned in sorted(Counter(j for _, j in rules.pins).items()):
        if pinned > seats[j]:
            text = (
                f"mentor '{table.mentor_ids[j]}' has {pinned} pinned mentees and {seats[j]} places"
            )
            yield Reason("too_many_pins", text, None, j)
