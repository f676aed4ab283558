"""Seat prices of a plan, which exist exactly when the plan is optimal."""

from __future__ import annotations

import numpy as np

from matching.engine.arrays import INF, Floats
from matching.engine.residual import TILE, Residual


class NotOptimal(RuntimeError):
    """A chain of changes would improve the plan: the solver is at fault, never the input."""


def find_prices(state: Residual, E: Floats | None = None) -> None:
    """Set `state.v` by Bellman-Ford on the costs E, relaxing only rows that changed.

    Raises NotOptimal on a negative cycle, which is a chain that improves the plan."""
    E = state.costs() if E is None else E
    room, loaded = state.has_room, state.load > 0
    distance, sink = np.zeros(state.M + 1), 0.0
    live = np.arange(state.M + 1)
    for _ in range(state.M + 3):
        nearer = distance.copy()
        for lo in range(0, len(live), TILE):
            rows = live[lo : lo + TILE]
            np.minimum(nearer, (E[rows] + distance[rows, None]).min(axis=0), out=nearer)
        at_sink = min(sink, float(nearer[room].min(initial=INF)))
        np.minimum(nearer, at_sink, out=nearer, where=loaded)
        live = np.flatnonzero(nearer < distance)
        settled = not len(live) and at_sink == sink
        distance, sink = nearer, at_sink
        if settled:
            break
    else:
        raise NotOptimal("the plan has a chain of changes that improves it")
    state.v = np.maximum(sink - distance, 0.0)
    state.v[room] = 0.0
