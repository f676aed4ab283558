"""Raises the weakest pair of an optimal plan step by step, without losing a pair.

Forbidding a mentee's scores below a floor and reseating that mentee keeps the plan optimal under the floor, so every
step is a point of the exact frontier (floor, best total under it).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from matching.engine.problem.arrays import Ints
from matching.engine.problem.rules import Rules
from matching.engine.problem.score_table import FORBIDDEN, ScoreTable
from matching.engine.solving.objective import working_scores
from matching.engine.solving.repair import reseat
from matching.engine.solving.residual import Residual


def steps(state: Residual, table: ScoreTable) -> Iterator[int]:
    """Yields the weakest score among movable pairs, then each higher one that can be had with as many pairs, changing
    `state` to the best plan under that floor. After the last yield the state is spoilt: copy what is needed before."""
    pairs = _placed(state)
    while True:
        weakest = _weakest(state, table)
        if weakest is None:
            return
        yield weakest
        if not _lift_above(state, table, weakest, pairs):
            return


def raise_weakest(
    state: Residual, table: ScoreTable, rules: Rules, prior: Ints | None
) -> int | None:
    """Bring `state` to the highest floor whose total stays within `rules.budget` of the best; returns that floor."""
    best = _total(state, table)
    floor, kept = rules.floor, (state.mu.copy(), state.v.copy())
    for weakest in steps(state, table):
        if best - _total(state, table) > rules.budget:
            break
        floor, kept = weakest, (state.mu.copy(), state.v.copy())
    state.scores = working_scores(table, rules, floor, prior)
    state.mu, state.v = kept
    state.recount()
    return floor


def _placed(state: Residual) -> int:
    return int(state.load[:-1].sum())


def _movable(state: Residual) -> Ints:
    return np.flatnonzero(~state.pinned & (state.mu < state.nobody))


def _weakest(state: Residual, table: ScoreTable) -> int | None:
    i = _movable(state)
    return int(table.S[i, state.mu[i]].min()) if len(i) else None


def _total(state: Residual, table: ScoreTable) -> int:
    i = np.flatnonzero(state.mu < state.nobody)
    return int(table.S[i, state.mu[i]].sum(dtype=np.int64))


def _lift_above(state: Residual, table: ScoreTable, weakest: int, pairs: int) -> bool:
    """Reseat everybody whose pair scores `weakest` or less, until nobody's does; False once a pair is lost."""
    while True:
        i = _movable(state)
        low = i[table.S[i, state.mu[i]] <= weakest]
        if not len(low):
            return True
        for mentee in low.tolist():
            if state.mu[mentee] < state.nobody and table.S[mentee, state.mu[mentee]] <= weakest:
                scores = np.where(table.S[mentee] <= weakest, FORBIDDEN, state.scores[mentee])
                reseat(state, mentee, scores.astype(state.scores.dtype))
        if _placed(state) < pairs:
            return False
