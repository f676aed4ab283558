"""Methods that the engine is compared with, on the same scores.

All take a score table and the capacity of each mentor (M,), and return the mentor of each mentee
(N,), -1 = unmatched.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from matching.engine import ScoreTable

Array = NDArray[np.int64]
Integers = NDArray[np.integer]  # of any width
Views = tuple[Integers, Integers]


def slot_costs(table: ScoreTable, capacity: Array) -> NDArray[np.float64]:
    """Return the matrix that a bare assignment solver needs; made outside the timing.

    One column per slot, minus (weight of a pair + score), 0 where forbidden.
    """
    n = table.shape[0]
    gain = np.where(table.S < 0, 0.0, table.S + (1.0 + n * table.scale))
    return -np.repeat(gain, np.minimum(capacity, n), axis=1)


def bare_assignment(costs: NDArray[np.float64]) -> None:
    """Run `scipy.optimize.linear_sum_assignment` and nothing else: the yardstick."""
    linear_sum_assignment(costs)


def greedy(table: ScoreTable, capacity: Array) -> Array:
    """Match the best pair first, then the next best."""
    free, mu = capacity.copy(), np.full(table.shape[0], -1)
    i, j = np.nonzero(table.S >= 0)
    order = np.argsort(-table.S[i, j].astype(np.int64), kind="stable")
    for a, b in zip(i[order].tolist(), j[order].tolist(), strict=True):
        if mu[a] < 0 and free[b]:
            mu[a] = b
            free[b] -= 1
    return mu


def sign_up_order(table: ScoreTable, capacity: Array) -> Array:
    """Give each mentee in turn the best mentor who is left."""
    free, mu = capacity.copy(), np.full(table.shape[0], -1)
    for a in range(table.shape[0]):
        scores = np.where(free > 0, table.S[a], -1)
        if len(scores) and scores.max() >= 0:
            mu[a] = int(scores.argmax())
            free[mu[a]] -= 1
    return mu


def gale_shapley(table: ScoreTable, capacity: Array, views: Views) -> Array:
    """Run deferred acceptance, mentees propose (Gale, Shapley 1962).

    views: how mentees and mentors see each pair, (N, M) each.
    """
    mentee_view, mentor_view = views
    order = np.argsort(-mentee_view, axis=1, kind="stable")
    proposals, mu = np.zeros(table.shape[0], np.int64), np.full(table.shape[0], -1)
    accepted: list[list[tuple[int, int]]] = [[] for _ in range(table.shape[1])]
    unmatched = list(range(table.shape[0]))
    while unmatched:
        a = unmatched.pop()
        while proposals[a] < table.shape[1]:
            b = int(order[a, proposals[a]])
            proposals[a] += 1
            if table.S[a, b] < 0 or not capacity[b]:
                continue
            accepted[b].append((int(mentor_view[a, b]), -a))
            mu[a] = b
            if len(accepted[b]) > capacity[b]:
                worst = min(accepted[b])
                accepted[b].remove(worst)
                mu[-worst[1]] = -1
                unmatched.append(-worst[1])
            break
    return mu
