"""Shortest distances between mentors, on costs that are never negative."""

from __future__ import annotations

import numpy as np

from matching.engine.arrays import INF, Bools, Floats

BATCH = 512


def from_set(costs: Floats, start: Floats, *, backward: bool = False) -> Floats:
    """Dijkstra on a dense matrix from (or, backward, to) nodes with given start distances; ties settle together."""
    distance, open_ = start.copy(), start.copy()
    while True:
        here = open_.min(initial=INF)
        if here == INF:
            return distance
        settled = np.flatnonzero(open_ == here)
        open_[settled] = INF
        reach = (costs[:, settled].min(axis=1) if backward else costs[settled].min(axis=0)) + here
        nearer = reach < distance
        distance[nearer] = reach[nearer]
        open_[nearer] = reach[nearer]


def between_all(costs: Floats, to_sink: Floats, from_sink: Floats) -> Floats:
    """All distances, through the sink or not.

    A direct edge can lie on a shortest path only if it beats the way through the sink. That leaves one or two edges per
    mentor in usual rounds, so the search is on a sparse graph."""
    from scipy.sparse import csr_array  # a second to load: only processes that match pay it
    from scipy.sparse.csgraph import dijkstra

    distance = to_sink[:, None] + from_sink
    worth_it: Bools = costs < distance
    np.fill_diagonal(worth_it, False)
    rows, columns = np.nonzero(worth_it)
    n = len(costs)
    starts = np.zeros(n + 1, np.int32)
    np.cumsum(np.bincount(rows, minlength=n), out=starts[1:])
    graph = csr_array((costs[rows, columns], columns.astype(np.int32), starts), shape=(n, n))
    for lo in range(0, n, BATCH):
        tile = distance[lo : lo + BATCH]
        np.minimum(tile, dijkstra(graph, directed=True, indices=np.arange(lo, lo + len(tile))), out=tile)
    return distance
