"""Dual prices of slots, which exist exactly when the plan is optimal."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from matching.engine.problem.arrays import INF, Floats, Ints
from matching.engine.solving.residual import BATCH, Residual

Relax = Callable[[Floats, Ints], Floats]


class NotOptimal(RuntimeError):
    """A chain of moves would improve the plan: the solver is at fault, never the input."""


def find_prices(state: Residual, relax: Relax | None = None) -> None:
    """Set `state.v` by Bellman-Ford, relaxing only what changed.

    relax: the edges to use (default: all of them). Raises NotOptimal on a negative cycle, which is
    a chain of moves that improves the plan.
    """
    relax = over_matrix(state.costs()) if relax is None else relax
    has_free, loaded = state.has_free_slot, state.load > 0
    distance, sink = np.zeros(state.M + 1), 0.0
    live = np.arange(state.M + 1)
    for _ in range(state.M + 3):
        nearer = relax(distance, live)
        at_sink = min(sink, float(nearer[has_free].min(initial=INF)))
        np.minimum(nearer, at_sink, out=nearer, where=loaded)
        live = np.flatnonzero(nearer < distance)
        settled = not len(live) and at_sink == sink
        distance, sink = nearer, at_sink
        if settled:
            break
    else:
        raise NotOptimal("the plan has a chain of moves that improves it")
    state.v = np.maximum(sink - distance, 0.0)
    state.v[has_free] = 0.0


def over_matrix(costs: Floats) -> Relax:
    """Return one relaxation step over a full cost matrix (M + 1, M + 1).

    The step takes distances (M + 1,) and the mentors whose distance fell in the last one.
    """

    def relax(distance: Floats, live: Ints) -> Floats:
        nearer = distance.copy()
        for lo in range(0, len(live), BATCH):
            rows = live[lo : lo + BATCH]
            np.minimum(nearer, (costs[rows] + distance[rows, None]).min(axis=0), out=nearer)
        return nearer

    return relax


def over_edges(tails: Ints, heads: Ints, costs: Floats) -> Relax:
    """Return one relaxation step over a list of edges."""
    order = np.argsort(heads, kind="stable")
    tails, costs = tails[order], costs[order]
    ends, first = np.unique(heads[order], return_index=True)

    def relax(distance: Floats, live: Ints) -> Floats:
        nearer = distance.copy()
        if len(ends):
            nearer[ends] = np.minimum(
                nearer[ends], np.minimum.reduceat(distance[tails] + costs, first)
            )
        return nearer

    return relax
