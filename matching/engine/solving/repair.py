"""Exact repair of an optimal plan after one change; its prices stay a proof.

Each repair is one or two shortest-path searches over mentors with reduced costs
E[j, k] - v[j] + v[k] >= 0 (Dijkstra), a move of mentees along the path found, and the price update
of successive shortest paths (Ahuja, Magnanti, Orlin 1993, ch. 9). Rows and columns of E are
computed on demand from the scores, so nothing is cached and nothing can be stale.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from matching.engine.problem.arrays import INF, Floats, Ints
from matching.engine.solving.residual import Residual

REMOVED = -1


class Infeasible(ValueError):
    """The change cannot be made: every slot in question is pinned."""


def unassign(state: Residual, i: int) -> None:
    """Remove mentee i (and its pin) from the plan, and refill the slot if that gains."""
    j = int(state.mu[i])
    if state.pinned[i]:
        state.pinned[i] = False
    else:
        state.detach(i, j)
    state.load[j] -= 1
    state.mu[i] = REMOVED
    fill_slot(state, j)


def assign(state: Residual, i: int, only: int | None = None) -> None:
    """Assign mentee i, who was removed, where it is best for the plan, or to mentor `only`.

    Raises Infeasible when every slot that could be reached is pinned.
    """
    w = state.weights(i)
    if only is not None:
        w[np.arange(state.M + 1) != only] = -INF
    surplus = w - state.v
    k = augment(state, surplus.max() - surplus)
    state.attach(i, k)
    state.mu[i] = k
    state.load[k] += 1


def reassign(state: Residual, i: int, scores: Ints) -> None:
    """Give mentee i new scores (M,) and the best assignment under them; a pin is removed."""
    unassign(state, i)
    state.scores[i] = scores
    assign(state, i)


def add_slot(state: Residual, j: int) -> None:
    """Add one slot at mentor j, and fill it if that gains."""
    was_full = state.load[j] == state.capacity[j]
    state.capacity[j] += 1
    if was_full:
        fill_slot(state, j)


def remove_slot(state: Residual, j: int) -> None:
    """Remove one slot at mentor j. Raises Infeasible when every slot is pinned or there is none."""
    if state.load[j] < state.capacity[j]:
        state.capacity[j] -= 1
        return
    if not state.assigned[j]:
        raise Infeasible(f"mentor {j} has no slot that could be removed")
    start = np.full(state.M + 1, INF)
    start[j] = 0.0
    state.capacity[j] -= 1
    augment(state, start)


def augment(state: Residual, start: Floats) -> int:
    """Make room for one more mentee, who can enter at mentor j at the cost start[j].

    Finds the cheapest augmenting path to a free slot, moves each mentee on it to the next mentor,
    and updates the prices. Returns the mentor at which the path begins.
    """
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
    """Fill a free slot at mentor j by the path that gains most, or let its price fall to 0."""
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
    """Dijkstra forward until a mentor with a free slot is settled."""
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
    """Dijkstra backward from the free slot at j: the path that fills it at the least cost.

    The start of a path costs the price of the slot that it leaves free; a path that starts at j
    itself moves no one.
    """
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
    """Move one mentee from each mentor on the path to the next."""
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
