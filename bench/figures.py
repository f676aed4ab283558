"""The measurements: speed beside the bare solver, what-if, memory, and quality beside simpler methods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench import pools, rivals
from bench.rivals import Array, Views
from bench.timing import cpu_seconds, megabytes_above_base, side_by_side, spread
from matching.engine import (
    Criteria,
    InfeasibleRules,
    Plan,
    Prices,
    Rules,
    ScoreTable,
    WhatIf,
    min_score_frontier,
    score,
    solve,
    verify,
)

CHANGES = 240


@dataclass(frozen=True)
class Speed:
    """CPU seconds of one size and kind; ratios are to the bare solver timed in turn with everything else."""

    kind: str
    mentees: int
    mentors: int
    bare: float
    score: float
    solve: float
    verify: float
    prices: float
    min_score_frontier: float
    change: tuple[float, float, float]
    megabytes: float | None

    @property
    def nanoseconds_per_pair(self) -> float:
        return self.score / (self.mentees * self.mentors) * 1e9

    @property
    def without_prices(self) -> float:
        return (self.score + self.solve) / self.bare

    @property
    def with_prices(self) -> float:
        return (self.score + self.solve + self.prices) / self.bare

    @property
    def goals(self) -> dict[str, float]:
        """What `goals.GOALS` ask of the engine."""
        found = {
            "priced plan": self.with_prices,
            "change": 1000 * self.change[1],
            "pair": self.nanoseconds_per_pair,
        }
        return found if self.megabytes is None else {**found, "memory": self.megabytes}


def speed(kind: str, mentees: int, rounds: int, *, memory: bool) -> Speed:
    people = pools.pool(mentees, ratio=0.4 if kind == "scarce" else 0.6)
    table, seats = pools.table(kind, mentees)
    costs, plan = rivals.seat_costs(table, seats), solve(table, seats)
    jobs = {
        "bare": lambda: rivals.bare_assignment(costs),
        "score": lambda: score(people, Criteria()),
        "solve": lambda: solve(ScoreTable(table.S), seats),
        "verify": lambda: verify(table, seats, plan.rules, plan),
        "prices": lambda: Prices(table, plan).matrix,
        "min_score_frontier": lambda: min_score_frontier(table, plan),
    }
    best = side_by_side(jobs, rounds)
    megabytes = megabytes_above_base(mentees) if memory else None
    change = spread(changes(table, plan))
    return Speed(kind, table.shape[0], table.shape[1], **best, change=change, megabytes=megabytes)


def changes(table: ScoreTable, plan: Plan) -> list[float]:
    """CPU seconds of each of many changes (pin, reject, place more or fewer), half of them taken back."""
    rng, session, times = np.random.default_rng(1), WhatIf(table, plan), []
    _ = table.digest  # stored with the round
    for k in range(CHANGES):
        i, j = int(rng.integers(table.shape[0])), int(rng.integers(table.shape[1]))
        held = int(session.plan.mu[i])
        act = (
            lambda i=i, j=j: session.pin(i, j),
            lambda i=i, held=held: session.forbid(i, held if held >= 0 else 0),
            lambda j=j: session.change_capacity(j, int(rng.choice([-1, 1]))),
        )[k % 3]
        try:
            times.append(cpu_seconds(act))
        except InfeasibleRules:
            continue
        if k % 2:
            session.undo()
    return times


@dataclass(frozen=True)
class Quality:
    method: str
    pairs: int
    total: int
    p10: int
    worst: int
    blocking: int


def quality(kind: str, mentees: int, seed: int) -> list[Quality]:
    """The same pool by simpler methods and by the engine."""
    table, seats = pools.table(kind, mentees, seed)
    views = table.views()
    optimum = solve(table, seats)
    raised = solve(table, seats, Rules(budget=optimum.total // 1000))
    found = {
        "sign-up order": rivals.sign_up_order(table, seats),
        "greedy": rivals.greedy(table, seats),
        "Gale-Shapley": rivals.gale_shapley(table, seats, views),
        "**engine**": optimum.mu.astype(np.int64),
        "engine, weakest pair raised for at most 0.1 %": raised.mu.astype(np.int64),
    }
    return [_quality(name, table, seats, mu, views) for name, mu in found.items()]


def _quality(name: str, table: ScoreTable, seats: Array, mu: Array, views: Views) -> Quality:
    placed = np.flatnonzero(mu >= 0)
    points = np.sort(table.S[placed, mu[placed]].astype(np.int64))
    mine, theirs = views
    have = np.full(len(mu), -1, np.int64)
    have[placed] = mine[placed, mu[placed]]
    lowest = np.full(len(seats), np.iinfo(np.int64).max)
    np.minimum.at(lowest, mu[placed], theirs[placed, mu[placed]])
    lowest[np.bincount(mu[placed], minlength=len(seats)) < seats] = -1
    blocking = (table.S >= 0) & (mine > have[:, None]) & (theirs > lowest)
    return Quality(
        name,
        len(placed),
        int(points.sum()),
        int(points[len(points) // 10]),
        int(points[0]),
        int(blocking.sum()),
    )
