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
STABILITY_BONUS = 100


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
    stability_bonus: int = STABILITY_BONUS
    min_score: int | None = None
    objective: Literal["most", "best"] = "most"
    budget: int = 0

    def __post_init__(self) -> None:
        for name in ("pins", "forbids"):
            pairs = {(int(i), int(j)) for i, j in getattr(self, name)}
            object.__setattr__(self, name, tuple(sorted(pairs)))


@dataclass(frozen=True)
class Violation:
    """Why a round cannot be solved as asked. `codes` are the hard rules in the way of a pin."""

    code: str
    text: str
    mentee: int | None = None
    mentor: int | None = None
    codes: tuple[str, ...] = ()


class InfeasibleRules(ValueError):
    """The decisions of the committee contradict each other, the places or a hard rule; see `reasons`."""

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__("; ".join(one.text for one in self.violations))


def checked_capacity(table: ScoreTable, capacity: ArrayLike) -> Ints:
    """Places per mentor as int64 (M,); ValueError naming the mentor otherwise."""
    numbers = whole_numbers(capacity, "capacity").reshape(-1).astype(np.int64)
    if len(numbers) != table.shape[1]:
        raise ValueError(f"{len(numbers)} capacities for {table.shape[1]} mentors")
    if (numbers < 0).any():
        raise ValueError(
            f"mentor '{table.mentor_ids[int(numbers.argmin())]}' has a negative capacity"
        )
    return numbers


def check(table: ScoreTable, capacity: Ints, rules: Rules) -> None:
    """Raise BadRules with every reason why pins, rejections and settings cannot all hold."""
    found = [*_settings(rules), *_strangers(table, rules)]
    if not found:
        found = [*_pins(table, rules), *_crowding(table, capacity, rules)]
    if found:
        raise InfeasibleRules(found)


def _settings(rules: Rules) -> Iterable[Violation]:
    if rules.objective not in ("most", "best"):
        yield Violation("objective", f"the objective is 'most' or 'best', not {rules.objective!r}")
    if rules.stability_bonus < 0:
        yield Violation("stability_bonus", "the stability bonus must not be negative")
    if rules.budget < 0:
        yield Violation("budget", "the budget for the weakest pair must not be negative")
    if rules.min_score is not None and rules.min_score < 0:
        yield Violation("min_score", "the minimum score must not be negative")


def _strangers(table: ScoreTable, rules: Rules) -> Iterable[Violation]:
    n, m = table.shape
    for i, j in (*rules.pins, *rules.forbids):
        if not 0 <= i < n:
            yield Violation("unknown_mentee", f"there is no mentee number {i} in this round", i, j)
        if not 0 <= j < m:
            yield Violation("unknown_mentor", f"there is no mentor number {j} in this round", i, j)


def _pins(table: ScoreTable, rules: Rules) -> Iterable[Violation]:
    rejected, twice = set(rules.forbids), Counter(i for i, _ in rules.pins)
    for i, j in rules.pins:
        names = f"'{table.mentee_ids[i]}' with '{table.mentor_ids[j]}'"
        if twice[i] > 1:
            yield Violation(
                "pinned_twice",
                f"mentee '{table.mentee_ids[i]}' is pinned to {twice[i]} mentors",
                i,
                j,
            )
        if (i, j) in rejected:
            yield Violation("pin_rejected", f"{names} is both pinned and rejected", i, j)
        codes = table.why_not(i, j)
        if codes:
            yield Violation(
                "pin_breaks_rule", f"the pin of {names} breaks {', '.join(codes)}", i, j, codes
            )


def _crowding(table: ScoreTable, capacity: Ints, rules: Rules) -> Iterable[Violation]:
    for j, pinned in sorted(Counter(j for _, j in rules.pins).items()):
        if pinned > capacity[j]:
            text = f"mentor '{table.mentor_ids[j]}' has {pinned} pinned mentees and {capacity[j]} places"
            yield Violation("too_many_pins", text, None, j)
