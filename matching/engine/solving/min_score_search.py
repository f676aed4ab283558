"""Raises the weakest pair of an optimal plan step by step, without losing a pair.

Forbidding a mentee's scores below a minimum and reassigning them keeps the plan optimal under that
minimum. So every step is a point of the exact frontier: minimum score, best total under it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from matching.engine.problem.arrays import Ints
from matching.engine.problem.rules import Rules
from matching.engine.problem.score_table import FORBIDDEN, ScoreTable
from matching.engine.solving.objective import effective_scores
from matching.engine.solving.repair import reassign
from matching.engine.solving.residual import Residual


def steps(state: Residual, table: ScoreTable) -> Iterator[int]:
    """Yield the weakest score among movable pairs, then each higher one that loses no pair.

    At each yield `state` is the best plan under that minimum score. After the last yield the state
    is undefined: copy what is needed before.
    """
    pairs = _placed(state)
    while True:
        weakest = _weakest(state, table)
        if weakest is None:
            return
        yield weakest
        if not _raise_above(state, table, weakest, pairs):
            return


def raise_min_score(
    state: Residual, table: ScoreTable, rules: Rules, prior: Ints | None
) -> int | None:
    """Bring `state` to the highest minimum score whose total is within `rules.budget` of the best.

    prior: (N,) mentors in the prior plan. Returns that minimum score.
    """
    best = _total(state, table)
    min_score, kept = rules.min_score, (state.mu.copy(), state.v.copy())
    for weakest in steps(state, table):
        if best - _total(state, table) > rules.budget:
            break
        min_score, kept = weakest, (state.mu.copy(), state.v.copy())
    state.scores = effective_scores(table, rules, min_score, prior)
    state.mu, state.v = kept
    state.rebuild_index()
    return min_score


def _placed(state: Residual) -> int:
    return int(state.load[:-1].sum())


def _movable(state: Residual) -> Ints:
    return np.flatnonzero(~state.pinned & (state.mu < state.unmatched))


def _weakest(state: Residual, table: ScoreTable) -> int | None:
    i = _movable(state)
    return int(table.S[i, state.mu[i]].min()) if len(i) else None


def _total(state: Residual, table: ScoreTable) -> int:
    i = np.flatnonzero(state.mu < state.unmatched)
    return int(table.S[i, state.mu[i]].sum(dtype=np.int64))


def _raise_above(state: Residual, table: ScoreTable, weakest: int, pairs: int) -> bool:
    """Reassign mentees until no pair scores `weakest` or less; False once a pair is lost."""
    while True:
        i = _movable(state)
        low = i[table.S[i, state.mu[i]] <= weakest]
        if not len(low):
            return True
        for mentee in low.tolist():
            if state.mu[mentee] < state.unmatched and table.S[mentee, state.mu[mentee]] <= weakest:
                scores = np.where(table.S[mentee] <= weakest, FORBIDDEN, state.scores[mentee])
                reassign(state, mentee, scores.astype(state.scores.dtype))
        if _placed(state) < pairs:
            return False
