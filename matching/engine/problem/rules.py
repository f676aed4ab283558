"""What the committee decided for a round, and the check that it can be done.

Pins and rejections are honoured, or refused with a reason; none is dropped in silence.
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
    """The committee's decisions and settings for one plan.

    pins             pairs (i, j) that must be in the plan, whatever `min_score` says
    forbids          pairs (i, j) that the committee rejected in this round
    stability_bonus  points that each pair of the prior plan counts more, so that a small gain
                     reassigns no one
    min_score        pairs below it are not matched (pins excepted); None: no limit
    objective        "most": as many pairs as possible, then the best total;
                     "best": the best total, then as many pairs as possible
    budget           points of the total that may be spent on raising the weakest pair
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
    """Why a round cannot be solved as asked; `codes` are the hard rules that a pin breaks."""

    code: str
    text: str
    mentee: int | None = None
    mentor: int | None = None
    codes: tuple[str, ...] = ()


class InfeasibleRules(ValueError):
    """The decisions contradict each other, a capacity or a hard rule; see `violations`."""

    def __init__(self, violations: Iterable[Violation]) -> None:
        self.violations = tuple(violations)
        super().__init__("; ".join(one.text for one in self.violations))


def checked_capacity(table: ScoreTable, capacity: ArrayLike) -> Ints:
    """Return the capacity per mentor as int64 (M,). Raises ValueError naming the mentor."""
    numbers = whole_numbers(capacity, "capacity").reshape(-1).astype(np.int64)
    if len(numbers) != table.shape[1]:
        raise ValueError(f"{len(numbers)} capacities for {table.shape[1]} mentors")
    if (numbers < 0).any():
        mentor = table.mentor_ids[int(numbers.argmin())]
        raise ValueError(f"mentor '{mentor}' has a negative capacity")
    return numbers


def check(table: ScoreTable, capacity: Ints, rules: Rules) -> None:
    """Raise InfeasibleRules with every reason why pins, rejections and settings cannot all hold."""
    found = [*_bad_settings(rules), *_unknown_people(table, rules)]
    if not found:
        found = [*_bad_pins(table, rules), *_overbooked(table, capacity, rules)]
    if found:
        raise InfeasibleRules(found)


def _bad_settings(rules: Rules) -> Iterable[Violation]:
    if rules.objective not in ("most", "best"):
        yield Violation("objective", f"the objective is 'most' or 'best', not {rules.objective!r}")
    if rules.stability_bonus < 0:
        yield Violation("stability_bonus", "the stability bonus must not be negative")
    if rules.budget < 0:
        yield Violation("budget", "the budget for the weakest pair must not be negative")
    if rules.min_score is not None and rules.min_score < 0:
        yield Violation("min_score", "the minimum score must not be negative")


def _unknown_people(table: ScoreTable, rules: Rules) -> Iterable[Violation]:
    n, m = table.shape
    for i, j in (*rules.pins, *rules.forbids):
        if not 0 <= i < n:
            yield Violation("unknown_mentee", f"there is no mentee number {i} in this round", i, j)
        if not 0 <= j < m:
            yield Violation("unknown_mentor", f"there is no mentor number {j} in this round", i, j)


def _bad_pins(table: ScoreTable, rules: Rules) -> Iterable[Violation]:
    rejected, pins_of = set(rules.forbids), Counter(i for i, _ in rules.pins)
    for i, j in rules.pins:
        mentee, mentor = table.mentee_ids[i], table.mentor_ids[j]
        names = f"'{mentee}' with '{mentor}'"
        if pins_of[i] > 1:
            text = f"mentee '{mentee}' is pinned to {pins_of[i]} mentors"
            yield Violation("pinned_twice", text, i, j)
        if (i, j) in rejected:
            yield Violation("pin_rejected", f"{names} is both pinned and rejected", i, j)
        codes = table.why_not(i, j)
        if codes:
            text = f"the pin of {names} breaks {', '.join(codes)}"
            yield Violation("pin_breaks_rule", text, i, j, codes)


def _overbooked(table: ScoreTable, capacity: Ints, rules: Rules) -> Iterable[Violation]:
    for j, pinned in sorted(Counter(j for _, j in rules.pins).items()):
        if pinned > capacity[j]:
            mentor = table.mentor_ids[j]
            text = f"mentor '{mentor}' has {pinned} pinned mentees and a capacity of {capacity[j]}"
            yield Violation("too_many_pins", text, None, j)
