"""Why a mentee has no mentor, and the smallest changes that would help.

There are three answers. No mentor is allowed for the mentee at all. Or the mentors allowed for
them, and all mentors to whom those mentors' mentees could move, are full: more mentees than slots
(Hall's condition, 1935, is violated). Or a slot can be had, at a loss that the objective does not
accept.
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

MOST = 5  # remedies and ineligible mentors in an answer


@dataclass(frozen=True)
class Remedy:
    """One change that would help, and what it brings to the whole round.

    kind "capacity": one more slot at the mentor; "waiver": the rules `codes` are waived for the
    mentee and that mentor.
    """

    kind: Literal["capacity", "waiver"]
    mentor: int
    gain: Gain
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class IneligibleMentor:
    """A mentor who is not allowed: the rules that forbid the pair, and the score without them."""

    mentor: int
    codes: tuple[str, ...]
    score: int


@dataclass(frozen=True)
class NoEligibleMentor:
    """Every mentor is forbidden to this mentee.

    rules    code -> number of mentors that it forbids (a mentor may count under several;
             "capacity", "rejected" and "min_score" belong to the round)
    nearest  mentors forbidden by the fewest rules, the best fit first, whether or not allowing one
             would help the round
    """

    rules: dict[str, int]
    nearest: list[IneligibleMentor]
    remedies: list[Remedy]


@dataclass(frozen=True)
class CapacityShortage:
    """`mentees` (this one among them) can only go to `mentors`, who have `capacity` slots in all:
    too few."""

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
    """Return why mentee i is unmatched in this plan.

    prices: of the plan; pass them when asking about several mentees. Raises ValueError if mentee i
    has a mentor.
    """
    if plan.mu[i] >= 0:
        raise ValueError(f"mentee '{table.mentee_ids[i]}' has a mentor")
    prices = Prices(table, plan) if prices is None else prices
    codes = {j: blocked_by(table, plan, i, j) for j in range(table.shape[1])}
    nearest = _nearest(table, i, codes)
    waivers = _waivers(prices, i, nearest)
    if all(codes.values()):
        counts = Counter(code for several in codes.values() for code in several)
        return NoEligibleMentor(dict(sorted(counts.items())), nearest[:MOST], waivers)
    mentees, mentors = _reachable(table, plan, i)
    free_slots = plan.capacity[mentors].sum() - np.isin(plan.mu, mentors).sum()
    if free_slots > 0:
        mentor, loss = prices.alternatives(i, 1)[0]
        return TooCostly(mentor, loss, waivers)
    slots = [Remedy("capacity", j, gain) for j, gain in prices.slot_gains() if j in set(mentors)]
    remedies = sorted(
        [*slots, *waivers], key=lambda r: (-r.gain.pairs, -r.gain.points, r.kind, r.mentor)
    )
    capacity = int(plan.capacity[mentors].sum())
    return CapacityShortage(mentees, mentors, capacity, remedies[:MOST])


def blocked_by(table: ScoreTable, plan: Plan, i: int, j: int) -> tuple[str, ...]:
    """Return the codes of the rules and decisions that keep the pair out of the plan.

    Empty exactly when the plan could have used it.
    """
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
    forbidden = [j for j, several in codes.items() if several and not NEVER_WAIVED & set(several)]
    if not forbidden:
        return []
    scores = table.raw(i, forbidden) if table.reasons else np.maximum(table.S[i, forbidden], 0)
    found = [IneligibleMentor(j, codes[j], int(s)) for j, s in zip(forbidden, scores, strict=True)]
    return sorted(found, key=lambda one: (len(one.codes), -one.score, one.mentor))[: 2 * MOST]


def _waivers(prices: Prices, i: int, nearest: list[IneligibleMentor]) -> list[Remedy]:
    """Waivers that bring what the objective asks for: a pair, or (objective "best") points."""
    wants_points = prices.plan.rules.objective == "best"
    remedies = []
    for one in nearest:
        if "capacity" in one.codes:
            continue
        gain = prices.waiver_gain(i, one.mentor, one.score)
        if gain and (gain.pairs > 0 or (wants_points and gain.points > 0)):
            remedies.append(Remedy("waiver", one.mentor, gain, one.codes))
    return remedies[:MOST]


def _reachable(table: ScoreTable, plan: Plan, i: int) -> tuple[list[int], list[int]]:
    """Mentors allowed for i, for their movable mentees, and so on; and all mentees met on the way,
    pinned ones too. Breadth-first search."""
    pinned = np.zeros(table.shape[0], np.bool_)
    pinned[[a for a, _ in plan.rules.pins]] = True
    mentees, mentors, front = {i}, set[int](), [i]
    while front:
        new = {j for a in front for j in _allowed_for(table, plan, a).tolist()} - mentors
        mentors |= new
        assigned = np.flatnonzero(np.isin(plan.mu, sorted(new)))
        mentees |= set(assigned.tolist())
        front = assigned[~pinned[assigned]].tolist()
    return sorted(mentees), sorted(mentors)


def _allowed_for(table: ScoreTable, plan: Plan, i: int) -> Ints:
    allowed = table.S[i] >= (plan.min_score or 0)
    allowed[[j for a, j in plan.rules.forbids if a == i]] = False
    return np.flatnonzero(allowed & (plan.capacity > 0))
