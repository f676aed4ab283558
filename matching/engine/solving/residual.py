"""The state in which a plan is found, proved and repaired: scores, places, who sits where, and the price of a seat.

Mentors are the nodes of a graph, with one more for "unmatched" (endless seats) and a sink. The edge j -> k costs what
is lost by handing the cheapest movable mentee of j to k:

    E[j, k] = min over movable i at j of (w[i, j] - w[i, k])

j -> sink is free where j has a free seat. A plan is optimal exactly when seat prices v >= 0 exist with
E[j, k] - v[j] + v[k] >= 0 for all j, k, and v = 0 where a seat is free (Ahuja, Magnanti, Orlin 1993, ch. 9).
Pinned mentees sit on their seat and never move.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from matching.engine.problem.arrays import INF, Bools, Floats, Ints
from matching.engine.solving.objective import Worth

TILE = 64


class Seating(NamedTuple):
    """A copy of the part of the state that changes with every repair; mu holds the number of mentors for "unmatched"."""

    mu: Ints
    v: Floats
    pinned: Bools
    seats: Ints
    load: Ints
    guests: list[tuple[int, ...]]


class Residual:
    """scores (N, M) as made by `working_scores`; seats (M,). Inside, mentor M is "unmatched"."""

    def __init__(
        self, scores: Ints, seats: Ints, worth: Worth, pins: tuple[tuple[int, int], ...]
    ) -> None:
        self.scores, self.worth = scores, worth
        self.N, self.M = scores.shape
        self.nobody = self.M
        self.seats = np.append(seats, self.N + 1)
        self.mu: Ints = np.full(self.N, self.nobody, np.int64)
        self.v: Floats = np.zeros(self.M + 1)
        self.pinned: Bools = np.zeros(self.N, np.bool_)
        for i, j in pins:
            self.pinned[i], self.mu[i] = True, j
        self.recount()

    def resume(self, mu: Ints, v: Floats) -> None:
        """Take over a plan (-1 = unmatched) and its seat prices."""
        self.mu = np.where(mu < 0, self.nobody, mu)
        self.v = np.append(v, 0.0)
        self.recount()

    def recount(self) -> None:
        """Bring load and guests in line with mu."""
        self.load: Ints = np.bincount(self.mu, minlength=self.M + 1)
        movable = np.flatnonzero(~self.pinned)
        hosts = self.mu[movable]
        seated = tuple(movable[np.argsort(hosts, kind="stable")].tolist())
        ends = np.cumsum(np.bincount(hosts, minlength=self.M + 1)).tolist()
        self.guests: list[tuple[int, ...]] = [
            seated[first:last] for first, last in pairwise([0, *ends])
        ]

    def seating(self) -> Seating:
        """Who sits where and at what price, as a copy."""
        arrays = (
            self.mu.copy(),
            self.v.copy(),
            self.pinned.copy(),
            self.seats.copy(),
            self.load.copy(),
        )
        return Seating(*arrays, self.guests.copy())

    def sit_again(self, seating: Seating) -> None:
        """Back to an earlier `seating`, which becomes the present one."""
        self.mu, self.v, self.pinned, self.seats, self.load, self.guests = seating

    def join(self, i: int, j: int) -> None:
        """Mentee i is one of those at mentor j whom a repair may move."""
        self.guests[j] = (*self.guests[j], i)

    def leave(self, i: int, j: int) -> None:
        """Mentee i is no longer one of them."""
        self.guests[j] = tuple(one for one in self.guests[j] if one != i)

    @property
    def has_room(self) -> Bools:
        return np.asarray(self.load < self.seats, dtype=np.bool_)

    def open_seats(self) -> Ints:
        """(M,) places beside the pins, never more than mentees who could take them."""
        taken = np.bincount(self.mu[self.pinned], minlength=self.M + 1)[:-1]
        return np.minimum(self.seats[:-1] - taken, self.N)

    @property
    def assignment(self) -> Ints:
        """mu with -1 for unmatched."""
        return np.asarray(np.where(self.mu == self.nobody, -1, self.mu), dtype=np.int64)

    # weights -------------------------------------------------------------------------------------------------------

    def weights(self, rows: Ints | int) -> Floats:
        """w of these mentees with every mentor, and 0 for unmatched in the last column; -inf where forbidden."""
        scores = self.scores[rows]
        out = np.empty((*scores.shape[:-1], self.M + 1))
        inner = out[..., :-1]
        if self.worth.point == 1.0:
            np.add(scores, self.worth.pair, out=inner)
        else:
            np.multiply(scores, self.worth.point, out=inner)
            inner += self.worth.pair
        np.copyto(inner, -INF, where=scores < 0)
        out[..., -1] = 0.0
        return out

    def weights_with(self, k: int) -> Floats:
        """w of every mentee with mentor k."""
        if k == self.nobody:
            return np.zeros(self.N)
        scores = self.scores[:, k]
        return np.where(scores < 0, -INF, scores * self.worth.point + self.worth.pair)

    def present_weights(self) -> Floats:
        """w of every mentee with its mentor of now (0 if unmatched, or taken out for the moment)."""
        seated = (self.mu >= 0) & (self.mu < self.nobody)
        out = np.zeros(self.N)
        out[seated] = self.scores[seated, self.mu[seated]] * self.worth.point + self.worth.pair
        return out

    def mentee_prices(self) -> Floats:
        """u: what is left of each movable mentee's weight after the price of the seat; 0 for pinned ones."""
        left: Floats = self.present_weights() - self.v[self.mu]
        left[self.pinned] = 0.0
        return left

    # the graph: one row, one column, all of it ---------------------------------------------------------------------

    def costs_from(self, j: int) -> Floats:
        """E[j, :]; 0 to itself."""
        guests = self.guests[j]
        if len(guests) == 1:
            w = self.weights(guests[0])
            costs: Floats = w[j] - w
        elif guests:
            w = self.weights(np.array(guests))
            costs = (w[:, j][:, None] - w).min(axis=0)
        else:
            costs = np.full(self.M + 1, INF)
        costs[j] = 0.0
        return costs

    def costs_to(self, k: int, movable: Ints, present: Floats) -> Floats:
        """E[:, k], given the rows of movable seated mentees and their present weights (both computed once)."""
        costs: Floats = np.full(self.M + 1, INF)
        np.minimum.at(costs, self.mu[movable], (present - self.weights_with(k))[movable])
        costs[k] = 0.0
        return costs

    def costs(self) -> Floats:
        """E (M + 1, M + 1)."""
        movable = np.flatnonzero(~self.pinned)
        seated = movable[self.mu[movable] < self.nobody]
        out = movable[self.mu[movable] == self.nobody]
        hosts = self.mu[seated]
        own = self.scores[seated, hosts].astype(np.int64)
        E = np.full((self.M + 1, self.M + 1), INF)
        self._cheapest_to_hand(seated, hosts, own, E[:-1, :-1])
        np.minimum.at(E[:, -1], hosts, own * self.worth.point + self.worth.pair)
        best = self.scores[out].max(axis=0, initial=-1)
        E[-1, :-1] = np.where(best < 0, INF, -(best * self.worth.point + self.worth.pair))
        np.fill_diagonal(E, 0.0)
        return E

    def _cheapest_to_hand(self, rows: Ints, hosts: Ints, own: Ints, out: Floats) -> None:
        """out[j, k] = point * min over guests of j of (s[i, j] - s[i, k]), inf where k is closed to all of them.

        In small integers: a closed pair costs FAR, which no difference of scores comes near. The first guest of every
        mentor is done at once, then the second, and so on, which is faster than reducing groups of rows."""
        kind = np.int32 if self.worth.top < 2**27 else np.int64
        far = np.iinfo(kind).max // 4
        least = np.full(out.shape, far, kind)
        sign = self.scores.dtype.itemsize * 8 - 1
        for nth in _nth_guests(hosts):
            for lo in range(0, len(nth), TILE):
                at = nth[lo : lo + TILE]
                scores = self.scores[rows[at]]
                give = np.subtract(own[at, None], scores, dtype=kind, casting="same_kind")
                give -= np.multiply(scores >> sign, far, dtype=kind)
                least[hosts[at]] = np.minimum(least[hosts[at]], give)
        np.multiply(least, self.worth.point, out=out)
        out[least >= far // 2] = INF


def _nth_guests(hosts: Ints) -> list[Ints]:
    """Positions in `hosts` of the first guest of each host, of the second guest of each, and so on."""
    order = np.argsort(hosts, kind="stable")
    begins = np.flatnonzero(np.diff(hosts[order], prepend=-1))
    rank = np.arange(len(order)) - np.repeat(begins, np.diff(begins, append=len(order)))
    return [order[rank == k] for k in range(int(rank.max(initial=-1)) + 1)]
