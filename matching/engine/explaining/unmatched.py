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
from matching.engine.problem.constraints import NEVER_WAIVED
from matching.engine.problem.score_table import ScoreTable
from matching.engine.solving.objective import Gain, Loss
from matching.engine.solving.plan import Plan
from matching.engine.solving.prices import Prices

SHOWN = 5


@dataclass(frozen=True)
class Remedy:
    """One change that would help, and what it brings to the whole round: one more place at the mentor ("seat"), or the
    rules `codes` set aside for the mentee and that mentor ("lift")."""

    kind: Literal["capacity", "waiver"]
    mentor: int
    gain: Gain
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class IneligibleMentor:
    """A closed mentor: the rules in the way, and the score without them."""

    mentor: int
    codes: tuple[str, ...]
    score: int


@dataclass(frozen=True)
class NoEligibleMentor:
    """Every mentor is closed to this mentee. rules: code -> number of mentors that it closes (a mentor may count under
    several; "capacity", "rejected" and "floor" belong to the round). nearest: mentors closed by the fewest rules, the
    best fit first, whether or not opening one would help the round."""

    rules: dict[str, int]
    nearest: list[IneligibleMentor]
    remedies: list[Remedy]


@dataclass(frozen=True)
class CapacityShortage:
    """`mentees` (this one among them) can only go with `mentors`, who have `seats` places between them: too few."""

    mentees: list[int]
    mentors: list[int]
    capacity: int
    remedies: list[Remedy]


@dataclass(frozen=True)
class TooCostly:
    """The cheapest way to place this mentee: with `mentor`, at this loss for the round."""

    mentor: int
    loss: Loss
    remedies: list[Remedy]


def why_unmatched(
    table: ScoreTable, plan: Plan, i: int, prices: Prices | None = None
) -> NoEligibleMentor | CapacityShortage | TooCostly:
    """Why mentee i is unmatched in this plan. Pass `prices` of the plan when asking about several mentees.

    Raises ValueError if mentee i has a mentor."""
    if plan.mu[i] >= 0:
        raise ValueError(f"mentee '{table.mentee_ids[i]}' has a mentor")
    prices = Prices(table, plan) if prices is None else prices
    codes = {j: blocked_by(table, plan, i, j) for j in range(table.shape[1])}
    nearest = _nearest(table, i, codes)
    waivers = _waivers(prices, i, nearest)
    if all(codes.values()):
        counts = Counter(c for several in codes.values() for c in several)
        return NoEligibleMentor(dict(sorted(counts.items())), nearest[:SHOWN], waivers)
    mentees, mentors = _reachable(table, plan, i)
    free = plan.capacity[mentors].sum() - np.isin(plan.mu, mentors).sum()
    if free > 0:
        mentor, loss = prices.alternatives(i, 1)[0]
        return TooCostly(mentor, loss, waivers)
    capacity = [Remedy("capacity", j, gain) for j, gain in prices.slot_gains() if j in set(mentors)]
    remedies = sorted(
        [*capacity, *waivers], key=lambda f: (-f.gain.pairs, -f.gain.points, f.kind, f.mentor)
    )
    return CapacityShortage(mentees, mentors, int(plan.capacity[mentors].sum()), remedies[:SHOWN])


def blocked_by(table: ScoreTable, plan: Plan, i: int, j: int) -> tuple[str, ...]:
    """Rules and decisions of this round that close the pair; empty exactly when the plan could have used it."""
    codes = table.why_not(i, j)
    if (i, j) in plan.rules.forbids:
        codes = (*codes, "rejected")
    if plan.capacity[j] == 0:
        codes = (*codes, "capacity")
    if not codes and plan.min_score is not None and table.S[i, j] < plan.min_score:
        codes = ("min_score",)
    return codes


def _nearest(
    table: ScoreTable, i: int, codes: dict[int, tuple[str, ...]]
) -> list[IneligibleMentor]:
    closed = [j for j, several in codes.items() if several and not NEVER_WAIVED & set(several)]
    if not closed:
        return []
    scores = table.raw(i, closed) if table.reasons else np.maximum(table.S[i, closed], 0)
    found = [IneligibleMentor(j, codes[j], int(s)) for j, s in zip(closed, scores, strict=True)]
    return sorted(found, key=lambda miss: (len(miss.codes), -miss.score, miss.mentor))[: 2 * SHOWN]


def _waivers(prices: Prices, i: int, nearest: list[IneligibleMentor]) -> list[Remedy]:
    """Rules whose lifting brings the round what its objective asks for: a pair, or (objective "best") points."""
    remedies = []
    for miss in (m for m in nearest if "capacity" not in m.codes):
        gain = prices.waiver_gain(i, miss.mentor, miss.score)
        if gain is not None and (
            gain.pairs > 0 or (prices.plan.rules.objective == "best" and gain.points > 0)
        ):
            remedies.append(Remedy("waiver", miss.mentor, gain, miss.codes))
    return remedies[:SHOWN]


def _reachable(table: ScoreTable, plan: Plan, i: int) -> tuple[list[int], list[int]]:
    """Mentors open to i, to the movable mentees there, and so on; and all mentees met on the way, pinned ones too."""
    pinned = np.zeros(table.shape[0], np.bool_)
    pinned[[a for a, _ in plan.rules.pins]] = True
    mentees, mentors, front = {i}, set[int](), [i]
    while front:
        new = {j for a in front for j in _open_to(table, plan, a).tolist()} - mentors
        mentors |= new
        assigned = np.flatnonzero(np.isin(plan.mu, sorted(new)))
        mentees |= set(assigned.tolist())
        front = assigned[~pinned[assigned]].tolist()
    return sorted(mentees), sorted(mentors)


def _open_to(table: ScoreTable, plan: Plan, i: int) -> Ints:
    allowed = table.S[i] >= (plan.min_score or 0)
    allowed[[j for a, j in plan.rules.forbids if a == i]] = False
    return np.flatnonzero(allowed & (plan.capacity > 0))
