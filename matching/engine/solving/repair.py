"""Repairs an optimal plan after one change, exactly, and keeps its prices a proof.

Each repair is one or two shortest-path searches over mentors with reduced costs E[j, k] - v[j] + v[k] >= 0 (Dijkstra),
a shift of mentees along the path found, and the usual update of the prices. Rows and columns of E are computed on
demand from the scores, so nothing is cached and nothing can be stale.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from matching.engine.problem.arrays import INF, Floats, Ints
from matching.engine.solving.residual import Residual

REMOVED = -1


class Infeasible(ValueError):
    """The change cannot be made: every seat in question is pinned."""


def unassign(state: Residual, i: int) -> None:
    """Take mentee i off the plan (and off its pin), and refill the seat if that gains."""
    j = int(state.mu[i])
    if state.pinned[i]:
        state.pinned[i] = False
    else:
        state.detach(i, j)
    state.load[j] -= 1
    state.mu[i] = REMOVED
    fill_slot(state, j)


def assign(state: Residual, i: int, only: int | None = None) -> None:
    """Seat mentee i, who was taken out, where it is best for all, or with mentor `only`."""
    w = state.weights(i)
    if only is not None:
        w[np.arange(state.M + 1) != only] = -INF
    surplus = w - state.v
    k = augment(state, surplus.max() - surplus)
    state.attach(i, k)
    state.mu[i] = k
    state.load[k] += 1


def reassign(state: Residual, i: int, scores: Ints) -> None:
    """Mentee i has new scores; a pin is taken off."""
    unassign(state, i)
    state.scores[i] = scores
    assign(state, i)


def add_slot(state: Residual, j: int) -> None:
    was_full = state.load[j] == state.capacity[j]
    state.capacity[j] += 1
    if was_full:
        fill_slot(state, j)


def remove_slot(state: Residual, j: int) -> None:
    """One place fewer at mentor j. Raises Impossible when every place is pinned (or there is none)."""
    if state.load[j] < state.capacity[j]:
        state.capacity[j] -= 1
        return
    if not state.assigned[j]:
        raise Infeasible(f"mentor {j} has no place that could be taken away")
    start = np.full(state.M + 1, INF)
    start[j] = 0.0
    state.capacity[j] -= 1
    augment(state, start)


def augment(state: Residual, start: Floats) -> int:
    """One mentee more arrives, at mentor j for start[j]: find the cheapest chain to a free seat, move everybody on it
    one on, update the prices. Returns the mentor at which the chain begins."""
    came_from, k, distance, reached = _search_to_free_slot(state, start)
    path = [k]
    while came_from[k] >= 0:
        k = int(came_from[k])
        path.append(k)
    path.reverse()
    state.v += reached - np.minimum(distance, reached)
    _move_along(state, path)
    return path[0]


def fill_slot(state: Residual, j: int) -> None:
    """Mentor j has a free seat: pull in the chain that gains most, or let the price of the seat fall to nothing."""
    if state.v[j] <= 0:
        return
    leads_to, k, distance, best = _search_from_slot(state, j)
    path = [k]
    while k != j:
        k = int(leads_to[k])
        path.append(k)
    state.v -= np.maximum(best - distance, 0.0)
    _move_along(state, path)


def _search_to_free_slot(state: Residual, start: Floats) -> tuple[Ints, int, Floats, float]:
    """Dijkstra forward until a mentor with a free seat is settled."""
    distance, tentative = start.copy(), start.copy()
    came_from = np.full(state.M + 1, -1)
    has_free = state.has_free_slot
    while True:
        k = int(tentative.argmin())
        here = float(tentative[k])
        if here == INF:
            raise Infeasible("every slot that could be reached is pinned")
        if has_free[k]:
            return came_from, k, distance, here
        tentative[k] = INF
        costs = state.costs_from(k)
        costs += state.v
        costs += here - state.v[k]
        _relax(costs, k, distance, tentative, came_from)


def _search_from_slot(state: Residual, j: int) -> tuple[Ints, int, Floats, float]:
    """Dijkstra backward from the empty seat at j: which chain fills it at the least cost, the start of a chain costing
    the price of the seat that it leaves free (j itself: nobody moves)."""
    distance = np.full(state.M + 1, INF)
    distance[j] = 0.0
    tentative = distance.copy()
    leads_to = np.full(state.M + 1, -1)
    best, start = float(state.v[j]), j
    loaded = state.load > 0
    movable = np.flatnonzero(~state.pinned & (state.mu != REMOVED))
    present = state.present_weights()
    while True:
        k = int(tentative.argmin())
        here = float(tentative[k])
        if here >= best:
            return leads_to, start, distance, best
        tentative[k] = INF
        if loaded[k] and here + state.v[k] < best:
            best, start = here + float(state.v[k]), k
        costs = state.costs_to(k, movable, present)
        costs -= state.v
        costs += here + state.v[k]
        _relax(costs, k, distance, tentative, leads_to)


def _relax(costs: Floats, k: int, distance: Floats, tentative: Floats, link: Ints) -> None:
    nearer = costs < distance
    distance[nearer] = costs[nearer]
    tentative[nearer] = costs[nearer]
    link[nearer] = k


def _move_along(state: Residual, path: list[int]) -> None:
    """Everybody on the path moves one mentor on."""
    for j, k in pairwise(path):
        assigned = state.assigned[j]
        i = assigned[0] if len(assigned) == 1 else _cheapest(state, assigned, j, k)
        state.detach(i, j)
        state.attach(i, k)
        state.mu[i] = k
        state.load[j] -= 1
        state.load[k] += 1


def _cheapest(state: Residual, assigned: tuple[int, ...], j: int, k: int) -> int:
    w = state.weights(np.array(assigned))
    return assigned[int(np.argmin(w[:, j] - w[:, k]))]
