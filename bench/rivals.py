"""What the engine is compared with, on the very same scores."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from matching.engine import ScoreTable

Array = NDArray[np.int64]
Views = tuple[NDArray[np.integer[Any]], NDArray[np.integer[Any]]]


def seat_costs(table: ScoreTable, seats: Array) -> NDArray[np.float64]:
    """The matrix that a bare assignment solver needs: one column per seat, minus (a pair's worth + score), 0 where
    forbidden. Made outside the timing."""
    n = table.shape[0]
    gain = np.where(table.S < 0, 0.0, table.S + (1.0 + n * table.scale))
    return -np.repeat(gain, np.minimum(seats, n), axis=1)


def bare_assignment(costs: NDArray[np.float64]) -> None:
    """`scipy.optimize.linear_sum_assignment` and nothing else: the yardstick."""
    linear_sum_assignment(costs)


def greedy(table: ScoreTable, seats: Array) -> Array:
    """Best pair first."""
    room, mu = seats.copy(), np.full(table.shape[0], -1)
    i, j = np.nonzero(table.S >= 0)
    order = np.argsort(-table.S[i, j].astype(np.int64), kind="stable")
    for a, b in zip(i[order].tolist(), j[order].tolist(), strict=True):
        if mu[a] < 0 and room[b]:
            mu[a] = b
            room[b] -= 1
    return mu


def sign_up_order(table: ScoreTable, seats: Array) -> Array:
    """First come, first served: everybody takes the best mentor that is left."""
    room, mu = seats.copy(), np.full(table.shape[0], -1)
    for a in range(table.shape[0]):
        scores = np.where(room > 0, table.S[a], -1)
        if len(scores) and scores.max() >= 0:
            mu[a] = int(scores.argmax())
            room[mu[a]] -= 1
    return mu


def gale_shapley(table: ScoreTable, seats: Array, views: Views) -> Array:
    """Deferred acceptance, mentees propose (Gale and Shapley 1962)."""
    mine, theirs = views
    order = np.argsort(-mine, axis=1, kind="stable")
    tried, mu = np.zeros(table.shape[0], np.int64), np.full(table.shape[0], -1)
    held: list[list[tuple[int, int]]] = [[] for _ in range(table.shape[1])]
    waiting = list(range(table.shape[0]))
    while waiting:
        a = waiting.pop()
        while tried[a] < table.shape[1]:
            b = int(order[a, tried[a]])
            tried[a] += 1
            if table.S[a, b] < 0 or not seats[b]:
                continue
            held[b].append((int(theirs[a, b]), -a))
            mu[a] = b
            if len(held[b]) > seats[b]:
                loser = min(held[b])
                held[b].remove(loser)
                mu[-loser[1]] = -1
                waiting.append(-loser[1])
            break
    return mu
