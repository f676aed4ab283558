"""Shortest distances between mentors, on costs that are never negative."""

from __future__ import annotations

import numpy as np

from matching.engine.problem.arrays import INF, Bools, Floats, Ints

BATCH = 512
FEW_EDGES = 6


def from_set(costs: Floats, start: Floats, *, backward: bool = False) -> Floats:
    """Return the distances from nodes with given start distances (or, backward, to them).

    Dijkstra on a dense matrix of costs >= 0 (n, n); nodes at equal distance settle together.
    """
    edges = np.ascontiguousarray(costs.T) if backward else costs
    distance, tentative = start.copy(), start.copy()
    while True:
        here = tentative.min(initial=INF)
        if here == INF:
            return distance
        settled = np.flatnonzero(tentative == here)
        tentative[settled] = INF
        reach = edges[settled].min(axis=0) + here
        nearer = reach < distance
        distance[nearer] = reach[nearer]
        tentative[nearer] = reach[nearer]


def between_all(costs: Floats, to_sink: Floats, from_sink: Floats) -> Floats:
    """Return all distances (n, n), through the sink or not.

    costs (n, n); to_sink, from_sink (n,): distances to and from the sink. An edge can be part of a
    shortest path only if it beats the way through the sink. In usual rounds that leaves two edges
    per mentor and few improvements, which are found for all mentors at once, one edge further at a
    time. Where it leaves many edges, ordinary Dijkstra on the sparse graph is faster.
    """
    distance = to_sink[:, None] + from_sink
    useful: Bools = costs < distance
    np.fill_diagonal(useful, False)
    np.fill_diagonal(distance, 0.0)
    rows, columns = np.nonzero(useful)
    n = len(costs)
    starts = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(rows, minlength=n), out=starts[1:])
    shorten = _shorten_together if len(rows) <= FEW_EDGES * n else _shorten_by_dijkstra
    shorten(distance, starts, columns, costs[rows, columns])
    return distance


def _shorten_by_dijkstra(distance: Floats, starts: Ints, heads: Ints, costs: Floats) -> None:
    """Shorten `distance` (n, n) by paths over the edges (CSR: starts, heads, costs).

    One source after the other.
    """
    from scipy.sparse import csr_array  # slow to import: only matching needs it
    from scipy.sparse.csgraph import dijkstra

    n = len(distance)
    graph = csr_array((costs, heads.astype(np.int32), starts.astype(np.int32)), shape=(n, n))
    for lo in range(0, n, BATCH):
        batch = distance[lo : lo + BATCH]
        np.minimum(
            batch, dijkstra(graph, directed=True, indices=np.arange(lo, lo + len(batch))), out=batch
        )


def _shorten_together(distance: Floats, starts: Ints, heads: Ints, costs: Floats) -> None:
    """Shorten `distance` for all sources at once, one edge further at a time, until it is exact.

    What was shortened last is a list of entries j * n + k; all edges from k are tried next.
    """
    n, flat, degree = len(distance), distance.reshape(-1), np.diff(starts)
    entries = np.arange(n) * (n + 1)
    while len(entries):
        ends = entries % n
        count = degree[ends]
        edge = np.repeat(starts[ends] - np.cumsum(count) + count, count) + np.arange(count.sum())
        reach = np.repeat(flat[entries], count) + costs[edge]
        target = np.repeat(entries - ends, count) + heads[edge]
        shorter = reach < flat[target]
        target = target[shorter]
        np.minimum.at(flat, target, reach[shorter])
        entries = np.unique(target)
