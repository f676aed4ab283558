"""Speed of the engine beside the bare solver, memory, and quality beside simpler methods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench import baselines, pools
from bench.baselines import Array, Views
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
    """CPU seconds for one pool.

    Ratios are to the bare solver, which is timed in turn with everything else. change: median, 95th
    percentile and maximum of a change.
    """

    kind: str
    mentees: int
    mentors: int
    bare: float
    score: float
    solve: float
    verify: float
    prices: float
    frontier: float
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
    def for_targets(self) -> dict[str, float]:
        """What `targets.TARGETS` ask of the engine."""
        found = {
            "priced plan": self.with_prices,
            "change": 1000 * self.change[1],
            "pair": self.nanoseconds_per_pair,
        }
        return found if self.megabytes is None else {**found, "memory": self.megabytes}


def speed(kind: str, mentees: int, rounds: int, *, memory: bool) -> Speed:
    """Measure a pool of this kind and size; the best of so many rounds counts."""
    people = pools.pool(mentees, ratio=0.4 if kind == "scarce" else 0.6)
    table, capacity = pools.table(kind, mentees)
    costs, plan = baselines.slot_costs(table, capacity), solve(table, capacity)
    jobs = {
        "bare": lambda: baselines.bare_assignment(costs),
        "score": lambda: score(people, Criteria()),
        "solve": lambda: solve(ScoreTable(table.S), capacity),
        "verify": lambda: verify(table, capacity, plan.rules, plan),
        "prices": lambda: Prices(table, plan).matrix,
        "frontier": lambda: min_score_frontier(table, plan),
    }
    best = side_by_side(jobs, rounds)
    megabytes = megabytes_above_base(mentees) if memory else None
    change = spread(changes(table, plan))
    return Speed(kind, table.shape[0], table.shape[1], **best, change=change, megabytes=megabytes)


def changes(table: ScoreTable, plan: Plan) -> list[float]:
    """Return the CPU seconds of each of many changes: a pin, a rejection, a slot more or fewer.

    Half of them are undone.
    """
    rng, session, times = np.random.default_rng(1), WhatIf(table, plan), []
    _ = table.digest  # stored with the round
    for k in range(CHANGES):
        i, j = int(rng.integers(table.shape[0])), int(rng.integers(table.shape[1]))
        current = int(session.plan.mu[i])
        change = (
            lambda i=i, j=j: session.pin(i, j),
            lambda i=i, current=current: session.forbid(i, max(current, 0)),
            lambda j=j: session.change_capacity(j, int(rng.choice([-1, 1]))),
        )[k % 3]
        try:
            times.append(cpu_seconds(change))
        except InfeasibleRules:
            continue
        if k % 2:
            session.undo()
    return times


@dataclass(frozen=True)
class Quality:
    """Figures of a plan that one method made."""

    method: str
    pairs: int
    total: int
    p10: int
    worst: int
    blocking_pairs: int


def quality(kind: str, mentees: int, seed: int) -> list[Quality]:
    """Return the figures of one pool matched by simpler methods and by the engine."""
    table, capacity = pools.table(kind, mentees, seed)
    views = table.views()
    optimum = solve(table, capacity)
    raised = solve(table, capacity, Rules(budget=optimum.total // 1000))
    found = {
        "sign-up order": baselines.sign_up_order(table, capacity),
        "greedy": baselines.greedy(table, capacity),
        "Gale-Shapley": baselines.gale_shapley(table, capacity, views),
        "**engine**": optimum.mu.astype(np.int64),
        "engine, weakest pair raised for at most 0.1 %": raised.mu.astype(np.int64),
    }
    return [_quality(name, table, capacity, mu, views) for name, mu in found.items()]


def _quality(name: str, table: ScoreTable, capacity: Array, mu: Array, views: Views) -> Quality:
    placed = np.flatnonzero(mu >= 0)
    points = np.sort(table.S[placed, mu[placed]].astype(np.int64))
    mentee_view, mentor_view = views
    current = np.full(len(mu), -1, np.int64)
    current[placed] = mentee_view[placed, mu[placed]]
    lowest = np.full(len(capacity), np.iinfo(np.int64).max)
    np.minimum.at(lowest, mu[placed], mentor_view[placed, mu[placed]])
    lowest[np.bincount(mu[placed], minlength=len(capacity)) < capacity] = -1
    blocking = (table.S >= 0) & (mentee_view > current[:, None]) & (mentor_view > lowest)
    return Quality(
        method=name,
        pairs=len(placed),
        total=int(points.sum()),
        p10=int(points[len(points) // 10]),
        worst=int(points[0]),
        blocking_pairs=int(blocking.sum()),
    )
