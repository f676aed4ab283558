"""The state in which a plan is found, proved and repaired: scores, capacities, assignment, prices.

Mentors are the nodes of a graph, with one more for "unmatched" (unlimited capacity) and a sink. The
edge j -> k costs what is lost by moving the cheapest movable mentee of j to k:

    E[j, k] = min over movable i at j of (w[i, j] - w[i, k])

j -> sink is free where j has a free slot. A plan is optimal exactly when slot prices v >= 0 exist
with E[j, k] - v[j] + v[k] >= 0 for all j, k, and v = 0 where a slot is free (Ahuja, Magnanti,
Orlin 1993, ch. 9). Pinned mentees keep their slot and never move.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from matching.engine.problem.arrays import INF, Bools, Floats, Ints
from matching.engine.solving.objective import Objective

BATCH = 64


class StateSnapshot(NamedTuple):
    """A copy of the part of the state that a repair changes."""

    mu: Ints
    v: Floats
    pinned: Bools
    capacity: Ints
    load: Ints
    assigned: list[tuple[int, ...]]


class Residual:
    """The residual graph of an assignment.

    scores    (N, M) as made by `effective_scores`
    capacity  (M,) slots per mentor; inside, mentor M stands for "unmatched"
    mu        (N,) mentor of each mentee, M = unmatched
    v         (M + 1,) slot prices
    load      (M + 1,) mentees at each mentor
    assigned  the movable mentees at each mentor
    """

    def __init__(
        self, scores: Ints, capacity: Ints, objective: Objective, pins: tuple[tuple[int, int], ...]
    ) -> None:
        self.scores, self.objective = scores, objective
        self.N, self.M = scores.shape
        self.unmatched = self.M
        self.capacity = np.append(capacity, self.N + 1)
        self.mu: Ints = np.full(self.N, self.unmatched, np.int64)
        self.v: Floats = np.zeros(self.M + 1)
        self.pinned: Bools = np.zeros(self.N, np.bool_)
        for i, j in pins:
            self.pinned[i], self.mu[i] = True, j
        self.rebuild_index()

    def resume(self, mu: Ints, v: Floats) -> None:
        """Take over a plan (N,), -1 = unmatched, and its slot prices (M,)."""
        self.mu = np.where(mu < 0, self.unmatched, mu)
        self.v = np.append(v, 0.0)
        self.rebuild_index()

    def rebuild_index(self) -> None:
        """Derive `load` and `assigned` from `mu`."""
        self.load: Ints = np.bincount(self.mu, minlength=self.M + 1)
        movable = np.flatnonzero(~self.pinned)
        mentors_now = self.mu[movable]
        assigned_now = tuple(movable[np.argsort(mentors_now, kind="stable")].tolist())
        ends = np.cumsum(np.bincount(mentors_now, minlength=self.M + 1)).tolist()
        self.assigned: list[tuple[int, ...]] = [
            assigned_now[first:last] for first, last in pairwise([0, *ends])
        ]

    def snapshot(self) -> StateSnapshot:
        """Return a copy of assignment, prices, pins and capacities."""
        arrays = (
            self.mu.copy(),
            self.v.copy(),
            self.pinned.copy(),
            self.capacity.copy(),
            self.load.copy(),
        )
        return StateSnapshot(*arrays, self.assigned.copy())

    def restore(self, snapshot: StateSnapshot) -> None:
        """Return to an earlier snapshot, which is not copied."""
        self.mu, self.v, self.pinned, self.capacity, self.load, self.assigned = snapshot

    def attach(self, i: int, j: int) -> None:
        """Add mentee i to the movable mentees at mentor j."""
        self.assigned[j] = (*self.assigned[j], i)

    def detach(self, i: int, j: int) -> None:
        """Remove mentee i from the movable mentees at mentor j."""
        self.assigned[j] = tuple(one for one in self.assigned[j] if one != i)

    @property
    def has_free_slot(self) -> Bools:
        """(M + 1,) mentors with slack."""
        return np.asarray(self.load < self.capacity, dtype=np.bool_)

    def open_slots(self) -> Ints:
        """Return (M,) the slots that no pin takes, at most N each."""
        taken = np.bincount(self.mu[self.pinned], minlength=self.M + 1)[:-1]
        return np.minimum(self.capacity[:-1] - taken, self.N)

    @property
    def assignment(self) -> Ints:
        """mu with -1 for unmatched."""
        return np.asarray(np.where(self.mu == self.unmatched, -1, self.mu), dtype=np.int64)

    # weights

    def weights(self, rows: Ints | int) -> Floats:
        """Return w of these mentees with every mentor, and 0 for unmatched in the last column.

        -inf where forbidden.
        """
        scores = self.scores[rows]
        out = np.empty((*scores.shape[:-1], self.M + 1))
        inner = out[..., :-1]
        if self.objective.point_weight == 1.0:
            np.add(scores, self.objective.pair_weight, out=inner)
        else:
            np.multiply(scores, self.objective.point_weight, out=inner)
            inner += self.objective.pair_weight
        np.copyto(inner, -INF, where=scores < 0)
        out[..., -1] = 0.0
        return out

    def weights_with(self, k: int) -> Floats:
        """Return (N,) w of every mentee with mentor k."""
        if k == self.unmatched:
            return np.zeros(self.N)
        scores = self.scores[:, k]
        return np.where(
            scores < 0, -INF, scores * self.objective.point_weight + self.objective.pair_weight
        )

    def present_weights(self) -> Floats:
        """Return (N,) w of every mentee with the current mentor; 0 if unmatched or removed."""
        assigned_now = (self.mu >= 0) & (self.mu < self.unmatched)
        out = np.zeros(self.N)
        scores = self.scores[assigned_now, self.mu[assigned_now]]
        out[assigned_now] = scores * self.objective.point_weight + self.objective.pair_weight
        return out

    def mentee_prices(self) -> Floats:
        """Return u (N,): each movable mentee's weight minus the price of the slot; 0 if pinned."""
        left: Floats = self.present_weights() - self.v[self.mu]
        left[self.pinned] = 0.0
        return left

    # the graph: one row, one column, all of it

    def costs_from(self, j: int) -> Floats:
        """Return E[j, :]; 0 to itself."""
        assigned = self.assigned[j]
        if len(assigned) == 1:
            w = self.weights(assigned[0])
            costs: Floats = w[j] - w
        elif assigned:
            w = self.weights(np.array(assigned))
            costs = (w[:, j][:, None] - w).min(axis=0)
        else:
            costs = np.full(self.M + 1, INF)
        costs[j] = 0.0
        return costs

    def costs_to(self, k: int, movable: Ints, present: Floats) -> Floats:
        """Return E[:, k], given the movable mentees and all present weights (computed once)."""
        costs: Floats = np.full(self.M + 1, INF)
        np.minimum.at(costs, self.mu[movable], (present - self.weights_with(k))[movable])
        costs[k] = 0.0
        return costs

    def costs(self) -> Floats:
        """Return E (M + 1, M + 1)."""
        movable = np.flatnonzero(~self.pinned)
        assigned_now = movable[self.mu[movable] < self.unmatched]
        out = movable[self.mu[movable] == self.unmatched]
        mentors_now = self.mu[assigned_now]
        own = self.scores[assigned_now, mentors_now].astype(np.int64)
        E = np.full((self.M + 1, self.M + 1), INF)
        self._cheapest_moves(assigned_now, mentors_now, own, E[:-1, :-1])
        np.minimum.at(
            E[:, -1], mentors_now, own * self.objective.point_weight + self.objective.pair_weight
        )
        best = self.scores[out].max(axis=0, initial=-1)
        E[-1, :-1] = np.where(
            best < 0, INF, -(best * self.objective.point_weight + self.objective.pair_weight)
        )
        np.fill_diagonal(E, 0.0)
        return E

    def _cheapest_moves(self, rows: Ints, mentors_now: Ints, own: Ints, out: Floats) -> None:
        """out[j, k] = point_weight * min over mentees i at j of (s[i, j] - s[i, k]); inf where k is
        forbidden to all of them.

        Computed in small integers: a forbidden pair costs `far`, which no difference of scores
        comes near. The first mentee of every mentor is done at once, then the second, and so on,
        which is faster than reducing groups of rows.
        """
        kind = np.int32 if self.objective.max_score < 2**27 else np.int64
        far = np.iinfo(kind).max // 4
        least = np.full(out.shape, far, kind)
        sign = self.scores.dtype.itemsize * 8 - 1  # shifting by it gives -1 for negative scores
        for nth in _nth_assigned(mentors_now):
            for lo in range(0, len(nth), BATCH):
                at = nth[lo : lo + BATCH]
                scores = self.scores[rows[at]]
                lost = np.subtract(own[at, None], scores, dtype=kind, casting="same_kind")
                lost -= np.multiply(scores >> sign, far, dtype=kind)
                least[mentors_now[at]] = np.minimum(least[mentors_now[at]], lost)
        np.multiply(least, self.objective.point_weight, out=out)
        out[least >= far // 2] = INF


def _nth_assigned(mentors_now: Ints) -> list[Ints]:
    """Positions of the first mentee of each mentor, of the second of each, and so on."""
    order = np.argsort(mentors_now, kind="stable")
    begins = np.flatnonzero(np.diff(mentors_now[order], prepend=-1))
    rank = np.arange(len(order)) - np.repeat(begins, np.diff(begins, append=len(order)))
    return [order[rank == k] for k in range(int(rank.max(initial=-1)) + 1)]
