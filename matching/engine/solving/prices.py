"""The exact price of every single change to a plan, all pairs in one pass.

With reduced costs rc[i, j] = u[i] + v[j] - w[i, j] and D the shortest distances between mentors in the residual graph,
making mentee i go with mentor j loses exactly rc[i, j] + D[j, mu(i)]: the forced pair closes one cycle, and the way back
to i's seat ends on arrival (sensitivity of assignment: Ahuja, Magnanti, Orlin 1993, ch. 11). The same distances price
a seat and a lifted rule. Prices hold for one change at a time, and count the stickiness under which the plan was made.
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
    """Prices of a plan made by `solve` or `WhatIf` on this table. Nothing is computed before it is asked for; the first
    price of a pair computes all of them, `of(i)` those of one mentee alone.

    None means that the change is impossible: a pinned mentee, a hard rule, every seat pinned. Raises ValueError if the
    plan's seat prices do not prove it.
    """

    def __init__(self, table: ScoreTable, plan: Plan) -> None:
        self.table, self.plan = table, plan
        self._objective = objective_for(table, plan.rules)
        scores = effective_scores(table, plan.rules, plan.min_score, plan.prior)
        self._state = Residual(scores, plan.capacity, self._objective, plan.rules.pins)
        self._state.resume(plan.mu, plan.v)
        self._columns: dict[int, Floats] = {}

    # questions -----------------------------------------------------------------------------------------------------

    def pin_loss(self, i: int, j: int) -> Loss | None:
        """What is lost if mentee i is made to go with mentor j."""
        return self._loss(self.matrix[i, j])

    def forbid_loss(self, i: int) -> Loss | None:
        """What is lost if the pair of mentee i is forbidden; None if i has none or is pinned."""
        cheapest = self.alternatives(i, 1, unmatched=True) if self.plan.mu[i] >= 0 else []
        return cheapest[0][1] if cheapest else None

    def alternatives(
        self, i: int, k: int = 3, *, unmatched: bool = False
    ) -> list[tuple[int, Loss]]:
        """The k cheapest other mentors of mentee i with their losses (with `unmatched` also -1, staying out)."""
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

    def unmatched_loss(self, i: int) -> Loss | None:
        """What is lost if mentee i stays out."""
        return self._loss(self.matrix[i, -1])

    def waiver_gain(self, i: int, j: int, score: int | None = None) -> Gain | None:
        """What is gained if a forbidden pair were allowed with that score (default: as scored without rules)."""
        if self._state.pinned[i]:
            return None
        if score is None:
            score = int(self.table.raw(i, [j])[0])
        m = self._state.mu[i]
        w = self._objective.pair + self._objective.point * score
        lost = self._u[i] + self._state.v[j] - w + self._distances_to(int(m))[j]
        return self._objective.gain(max(-float(lost), 0.0)) if lost < INF else Gain(0, 0)

    def slot_gain(self, j: int) -> Gain:
        """What one more place at mentor j brings."""
        return self._objective.gain(float(self._slot_gains[j]))

    def slot_gains(self) -> list[tuple[int, Gain]]:
        """Every mentor whose extra place brings something, the best first."""
        gains = self._slot_gains
        order = np.argsort(-gains, kind="stable")
        return [(int(j), self._objective.gain(float(gains[j]))) for j in order if gains[j] > 0]

    def slot_loss(self, j: int) -> Loss | None:
        """What one place fewer at mentor j costs; None if there is none, or pins need them all."""
        if self._state.capacity[j] == 0:
            return None
        return self._loss(float(self._state.v[j] + self._to_sink[j]))

    def swap(self, i: int, k: int) -> Loss | None:
        """What is lost if mentees i and k change places and nobody else moves; None if a rule forbids it."""
        a, b = int(self.plan.mu[i]), int(self.plan.mu[k])
        if self._state.pinned[i] or self._state.pinned[k]:
            return None
        w, z = self._state.weights(i), self._state.weights(k)
        after = float(w[b] + z[a])
        return self._objective.loss(float(w[a] + z[b]) - after) if after > -INF else None

    def of(self, i: int) -> Floats:
        """Row i of `matrix`; alone, without the other mentees, if the matrix was not needed yet."""
        if "matrix" in self.__dict__:
            return np.asarray(self.matrix[i])
        return self._row(i)

    @cached_property
    def matrix(self) -> Floats:
        """(N, M + 1) loss of making mentee i go with mentor j (last column: stay out), as a weight (see `split`); inf
        where impossible, 0 for the proposed pairs."""
        state, objective = self._state, self._objective
        out = np.empty((state.N, state.M + 1))
        back = np.ascontiguousarray(self.distances.T)
        back += state.v
        back[:, :-1] -= objective.pair
        for lo in range(0, state.N, BATCH):
            rows = np.arange(lo, min(state.N, lo + BATCH))
            batch = out[lo : lo + BATCH]
            np.take(
                back, state.mu[rows], axis=0, out=batch, mode="clip"
            )  # the default mode fills a copy first
            batch += self._u[rows, None]
            scores = state.scores[rows]
            batch[:, :-1] -= scores if objective.point == 1.0 else scores * objective.point
            np.copyto(batch[:, :-1], INF, where=scores < 0)
        out[state.pinned] = INF
        out[np.arange(state.N), state.mu] = 0.0
        return out

    def split(self, weights: Floats) -> tuple[Ints, Ints]:
        """Weights of `matrix` as (pairs lost, points lost); -1 pairs where impossible."""
        possible = np.isfinite(weights)
        finite = np.where(possible, weights, 0.0)
        big, small = self._objective.pair, self._objective.point
        if big > small:
            pairs = np.rint(finite / big)
            points = (finite - pairs * big) / small
        else:
            points = np.rint(finite / small)
            pairs = (finite - points * small) / big
        return np.where(possible, pairs, -1).astype(np.int64), points.astype(np.int64)

    # how -----------------------------------------------------------------------------------------------------------

    @cached_property
    def distances(self) -> Floats:
        """D[j, k]: what it costs to have one mentee more at j and one fewer at k."""
        return between_all(self._reduced, self._to_sink, self._from_sink)

    @cached_property
    def _reduced(self) -> Floats:
        costs = self._state.costs()
        costs -= self._state.v[:, None]
        costs += self._state.v
        if costs.min(initial=0.0) < 0:
            raise ValueError(
                "the dual prices of this plan do not prove it; it was made from another table or rules"
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

    def _loss(self, weight: float) -> Loss | None:
        return self._objective.loss(float(weight)) if weight < INF else None

    def _row(self, i: int) -> Floats:
        """One backward search from i's seat, with columns of the graph on demand."""
        state = self._state
        if state.pinned[i]:
            row = np.full(state.M + 1, INF)
        else:
            row = self._distances_to(int(state.mu[i])) - state.weights(i) + state.v + self._u[i]
        row[state.mu[i]] = 0.0
        return row

    def _distances_to(self, slot: int) -> Floats:
        """D[:, seat], kept for the next question about the same seat."""
        if "distances" in self.__dict__:
            return np.asarray(self.distances[:, slot])
        if slot not in self._columns:
            self._columns[slot] = self._search_back(slot)
        return self._columns[slot]

    def _search_back(self, slot: int) -> Floats:
        state = self._state
        has_free, loaded = state.has_free_slot, state.load > 0
        movable, present = np.flatnonzero(~state.pinned), state.present_weights()
        distance = np.full(state.M + 1, INF)
        distance[slot] = 0.0
        tentative, sink, sink_open = distance.copy(), INF, True
        while True:
            k = int(tentative.argmin())
            here = float(tentative[k])
            if sink_open and sink <= here and sink < INF:
                sink_open = False
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
