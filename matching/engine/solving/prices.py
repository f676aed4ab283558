"""The exact price of every single change to a plan, for all pairs in one pass.

With reduced costs rc[i, j] = u[i] + v[j] - w[i, j], and D the shortest distances between mentors in
the residual graph, matching mentee i with mentor j loses exactly rc[i, j] + D[j, mu(i)]: the forced
pair closes one cycle, which ends at i's old slot (sensitivity of assignment: Ahuja, Magnanti, Orlin
1993, ch. 11). The same distances price a slot and a waived rule. A price holds for one change at a
time, and counts the stability bonus under which the plan was made.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from matching.engine.problem.arrays import INF, Floats, Ints
from matching.engine.problem.score_table import ScoreTable
from matching.engine.solving.objective import Gain, Loss, effective_scores, objective_for
from matching.engine.solving.paths import between_all, from_set
from matching.engine.solving.plan import Plan
from matching.engine.solving.residual import Residual

BATCH = 64


class Prices:
    """Prices of a plan that `solve` or `WhatIf` made on this table.

    Nothing is computed before it is asked for: `matrix` prices all pairs, `of(i)` those of one
    mentee alone. Impossible are a pinned mentee, a hard rule, and a mentor whose slots are all
    pinned. Raises ValueError if the plan's dual prices do not prove it.
    """

    def __init__(self, table: ScoreTable, plan: Plan) -> None:
        self.table, self.plan = table, plan
        self._objective = objective_for(table, plan.rules)
        scores = effective_scores(table, plan.rules, plan.min_score, plan.prior)
        self._state = Residual(scores, plan.capacity, self._objective, plan.rules.pins)
        self._state.resume(plan.mu, plan.v)
        self._columns: dict[int, Floats] = {}

    # questions

    def alternatives(
        self, i: int, k: int = 3, *, unmatched: bool = False
    ) -> list[tuple[int, Loss]]:
        """Return the k cheapest other mentors of mentee i with their losses.

        With `unmatched` also -1, staying unmatched.
        """
        row = self.of(i).copy()
        row[self.plan.mu[i]] = INF
        if not unmatched:
            row[-1] = INF
        order = np.argsort(row, kind="stable")[:k]
        return [
            (int(j) if j < self._state.unmatched else -1, self._objective.loss(row[j]))
            for j in order
            if row[j] < INF
        ]

    def waiver_gain(self, i: int, j: int, score: int | None = None) -> Gain | None:
        """Return what is gained if a forbidden pair were allowed; None for a pinned mentee.

        score: of the pair (default: as scored without rules).
        """
        if self._state.pinned[i]:
            return None
        if score is None:
            score = int(self.table.raw(i, [j])[0])
        weight = self._objective.pair_weight + self._objective.point_weight * score
        back = self._distances_to(int(self._state.mu[i]))[j]
        lost = self._u[i] + self._state.v[j] - weight + back
        return self._objective.gain(max(-float(lost), 0.0)) if lost < INF else Gain(0, 0)

    def slot_gains(self) -> list[tuple[int, Gain]]:
        """Return every mentor whose extra slot brings something, and what, the best first."""
        gains = self._slot_gains
        order = np.argsort(-gains, kind="stable")
        return [(int(j), self._objective.gain(float(gains[j]))) for j in order if gains[j] > 0]

    def of(self, i: int) -> Floats:
        """Return row i of `matrix`; without the other mentees, if `matrix` was not needed yet."""
        if "matrix" in self.__dict__:
            return np.asarray(self.matrix[i])
        return self._row(i)

    @cached_property
    def matrix(self) -> Floats:
        """(N, M + 1) loss of matching mentee i with mentor j, as a weight (see `split`).

        Last column: staying unmatched. inf where impossible, 0 for the pairs of the plan.
        """
        state, objective = self._state, self._objective
        out = np.empty((state.N, state.M + 1))
        back = np.ascontiguousarray(self.distances.T)
        back += state.v
        back[:, :-1] -= objective.pair_weight
        for lo in range(0, state.N, BATCH):
            rows = np.arange(lo, min(state.N, lo + BATCH))
            batch = out[lo : lo + BATCH]
            # "clip" writes into `out`; the default mode fills a copy first
            np.take(back, state.mu[rows], axis=0, out=batch, mode="clip")
            batch += self._u[rows, None]
            scores = state.scores[rows]
            point_weight = objective.point_weight
            batch[:, :-1] -= scores if point_weight == 1.0 else scores * point_weight
            np.copyto(batch[:, :-1], INF, where=scores < 0)
        out[state.pinned] = INF
        out[np.arange(state.N), state.mu] = 0.0
        return out

    def split(self, weights: Floats) -> tuple[Ints, Ints]:
        """Return weights of `matrix` as (pairs lost, points lost); -1 pairs where impossible."""
        possible = np.isfinite(weights)
        finite = np.where(possible, weights, 0.0)
        big, small = self._objective.pair_weight, self._objective.point_weight
        if big > small:
            pairs = np.rint(finite / big)
            points = (finite - pairs * big) / small
        else:
            points = np.rint(finite / small)
            pairs = (finite - points * small) / big
        return np.where(possible, pairs, -1).astype(np.int64), points.astype(np.int64)

    # how

    @cached_property
    def distances(self) -> Floats:
        """D (M + 1, M + 1): what one mentee more at j and one fewer at k costs."""
        return between_all(self._reduced, self._to_sink, self._from_sink)

    @cached_property
    def _reduced(self) -> Floats:
        costs = self._state.costs()
        costs -= self._state.v[:, None]
        costs += self._state.v
        if costs.min(initial=0.0) < 0:
            raise ValueError(
                "the dual prices of this plan do not prove it;"
                " it was made from another table or other rules"
            )
        return costs

    @cached_property
    def _to_sink(self) -> Floats:
        return from_set(self._reduced, np.where(self._state.has_free_slot, 0.0, INF), backward=True)

    @cached_property
    def _from_sink(self) -> Floats:
        return from_set(self._reduced, np.where(self._state.load > 0, self._state.v, INF))

    @cached_property
    def _slot_gains(self) -> Floats:
        return np.maximum(self._state.v - self._from_sink, 0.0)[:-1]

    @cached_property
    def _u(self) -> Floats:
        return self._state.mentee_prices()

    def _row(self, i: int) -> Floats:
        """One backward search from the slot of i, with columns of the graph on demand."""
        state = self._state
        if state.pinned[i]:
            row = np.full(state.M + 1, INF)
        else:
            row = self._distances_to(int(state.mu[i])) - state.weights(i) + state.v + self._u[i]
        row[state.mu[i]] = 0.0
        return row

    def _distances_to(self, mentor: int) -> Floats:
        """D[:, mentor], kept for the next question about the same mentor."""
        if "distances" in self.__dict__:
            return np.asarray(self.distances[:, mentor])
        if mentor not in self._columns:
            self._columns[mentor] = self._search_back(mentor)
        return self._columns[mentor]

    def _search_back(self, mentor: int) -> Floats:
        """D[:, mentor] by Dijkstra backward, through the sink or not."""
        state = self._state
        has_free, loaded = state.has_free_slot, state.load > 0
        movable, present = np.flatnonzero(~state.pinned), state.present_weights()
        distance = np.full(state.M + 1, INF)
        distance[mentor] = 0.0
        tentative, sink, sink_is_open = distance.copy(), INF, True
        while True:
            k = int(tentative.argmin())
            here = float(tentative[k])
            if sink_is_open and sink <= here and sink < INF:
                sink_is_open = False
                joins = has_free & (sink < distance)
                distance[joins] = tentative[joins] = sink
                continue
            if here == INF:
                return distance
            tentative[k] = INF
            if loaded[k]:
                sink = min(sink, here + float(state.v[k]))
            costs = state.costs_to(k, movable, present) - state.v + (here + state.v[k])
            nearer = costs < distance
            distance[nearer] = costs[nearer]
            tentative[nearer] = costs[nearer]
