"""Why somebody has no mentor, and the smallest changes that would help.

Three answers are possible. No mentor is open to the mentee at all. Or the mentors open to them, and all mentors to whom
their mentees could move, are full: more mentees than places (a Hall set). Or a place could be had, at a price that the
objective of the round does not pay.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np

from matching.engine.problem.arrays import Ints
from matching.engine.problem.constraints import NEVER_LIFTED
from matching.engine.problem.score_table import ScoreTable
from matching.engine.solving.objective import Gain, Loss
from matching.engine.solving.plan import Plan
from matching.engine.solving.prices import Prices

SHOWN = 5


@dataclass(frozen=True)
class Fix:
    """One change that would help, and what it brings to the whole round: one more place at the mentor ("seat"), or the
    rules `codes` set aside for the mentee and that mentor ("lift")."""

    kind: Literal["seat", "lift"]
    mentor: int
    gain: Gain
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Miss:
    """A closed mentor: the rules in the way, and the score without them."""

    mentor: int
    codes: tuple[str, ...]
    score: int


@dataclass(frozen=True)
class NoMentor:
    """Every mentor is closed to this mentee. rules: code -> number of mentors that it closes (a mentor may count under
    several; "capacity", "rejected" and "floor" belong to the round). nearest: mentors closed by the fewest rules, the
    best fit first, whether or not opening one would help the round."""

    rules: dict[str, int]
    nearest: list[Miss]
    fixes: list[Fix]


@dataclass(frozen=True)
class Crowded:
    """`mentees` (this one among them) can only go with `mentors`, who have `seats` places between them: too few."""

    mentees: list[int]
    mentors: list[int]
    seats: int
    fixes: list[Fix]


@dataclass(frozen=True)
class Priced:
    """The cheapest way to place this mentee: with `mentor`, at this loss for the round."""

    mentor: int
    loss: Loss
    fixes: list[Fix]


def why_unmatched(
    table: ScoreTable, plan: Plan, i: int, prices: Prices | None = None
) -> NoMentor | Crowded | Priced:
    """Why mentee i is unmatched in this plan. Pass `prices` of the plan when asking about several mentees.

    Raises ValueError if mentee i has a mentor."""
    if plan.mu[i] >= 0:
        raise ValueError(f"mentee '{table.mentee_ids[i]}' has a mentor")
    prices = Prices(table, plan) if prices is None else prices
    codes = {j: blocked_by(table, plan, i, j) for j in range(table.shape[1])}
    nearest = _nearest(table, i, codes)
    lifts = _lifts(prices, i, nearest)
    if all(codes.values()):
        counts = Counter(c for several in codes.values() for c in several)
        return NoMentor(dict(sorted(counts.items())), nearest[:SHOWN], lifts)
    mentees, mentors = _reachable(table, plan, i)
    free = plan.seats[mentors].sum() - np.isin(plan.mu, mentors).sum()
    if free > 0:
        mentor, loss = prices.alternatives(i, 1)[0]
        return Priced(mentor, loss, lifts)
    seats = [Fix("seat", j, gain) for j, gain in prices.seat_gains() if j in set(mentors)]
    fixes = sorted(
        [*seats, *lifts], key=lambda f: (-f.gain.pairs, -f.gain.points, f.kind, f.mentor)
    )
    return Crowded(mentees, mentors, int(plan.seats[mentors].sum()), fixes[:SHOWN])


def blocked_by(table: ScoreTable, plan: Plan, i: int, j: int) -> tuple[str, ...]:
    """Rules and decisions of this round that close the pair; empty exactly when the plan could have used it."""
    codes = table.why_not(i, j)
    if (i, j) in plan.rules.forbids:
        codes = (*codes, "rejected")
    if plan.seats[j] == 0:
        codes = (*codes, "capacity")
    if not codes and plan.floor is not None and table.S[i, j] < plan.floor:
        codes = ("floor",)
    return codes


def _nearest(table: ScoreTable, i: int, codes: dict[int, tuple[str, ...]]) -> list[Miss]:
    closed = [j for j, several in codes.items() if several and not NEVER_LIFTED & set(several)]
    if not closed:
        return []
    scores = table.raw(i, closed) if table.reasons else np.maximum(table.S[i, closed], 0)
    found = [Miss(j, codes[j], int(s)) for j, s in zip(closed, scores, strict=True)]
    return sorted(found, key=lambda miss: (len(miss.codes), -miss.score, miss.mentor))[: 2 * SHOWN]


def _lifts(prices: Prices, i: int, nearest: list[Miss]) -> list[Fix]:
    """Rules whose lifting brings the round what its objective asks for: a pair, or (objective "best") points."""
    fixes = []
    for miss in (m for m in nearest if "capacity" not in m.codes):
        gain = prices.lift(i, miss.mentor, miss.score)
        if gain is not None and (
            gain.pairs > 0 or (prices.plan.rules.objective == "best" and gain.points > 0)
        ):
            fixes.append(Fix("lift", miss.mentor, gain, miss.codes))
    return fixes[:SHOWN]


def _reachable(table: ScoreTable, plan: Plan, i: int) -> tuple[list[int], list[int]]:
    """Mentors open to i, to the movable mentees there, and so on; and all mentees met on the way, pinned ones too."""
    pinned = np.zeros(table.shape[0], np.bool_)
    pinned[[a for a, _ in plan.rules.pins]] = True
    mentees, mentors, front = {i}, set[int](), [i]
    while front:
        new = {j for a in front for j in _open_to(table, plan, a).tolist()} - mentors
        mentors |= new
        guests = np.flatnonzero(np.isin(plan.mu, sorted(new)))
        mentees |= set(guests.tolist())
        front = guests[~pinned[guests]].tolist()
    return sorted(mentees), sorted(mentors)


def _open_to(table: ScoreTable, plan: Plan, i: int) -> Ints:
    open_ = table.S[i] >= (plan.floor or 0)
    open_[[j for a, j in plan.rules.forbids if a == i]] = False
    return np.flatnonzero(open_ & (plan.seats > 0))
