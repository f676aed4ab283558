"""The best plan from a few pairs per person, made exact over all of them.

Nearly every pair of a best plan is among the best of one of its two people. So the assignment is solved on those pairs
alone, many times quicker than on all, and its prices are then held against every pair there is. Mentees for whom that
finds a better pair get more pairs, and the assignment is solved again, until they are so few that they are taken out and
seated again with all their pairs by `repair`, which leaves the prices a proof for everybody. Where they are very many, or
ties leave too many pairs, another method must do.
"""

from __future__ import annotations

import numpy as np

from matching.engine.problem.arrays import INF, Floats, Ints
from matching.engine.problem.score_table import FORBIDDEN
from matching.engine.solving.duals import find_prices, over_edges
from matching.engine.solving.repair import TAKEN_OUT, add_seat, put_in
from matching.engine.solving.residual import Residual

KEPT, KEPT_TOO = 32, 8  # best pairs of a person on the side that is short, and on the other
SHARE_KEPT = 100  # where the first is more: one for so many mentees
SMALL = 8 * KEPT
TIES = 4
ROUNDS = 5
REPAIRED_SHARE, HOPELESS_SHARE = 200, 4
PAIRS_AT_A_TIME = 2**17
COLUMNS_AT_A_TIME = 64


def solve_sparse(state: Residual) -> bool:
    """Seat every movable mentee optimally and set the prices; False where the pool is no case for this."""
    free, room = np.flatnonzero(~state.pinned), state.open_seats()
    if min(len(free), int(np.count_nonzero(room))) < SMALL:
        return False
    pairs = _promising(state.scores, free, room)
    if pairs is None:
        return False
    for _ in range(ROUNDS):
        _seat(state, free, room, *pairs)
        find_prices(state, over_edges(*_edges(state, free, *pairs)))
        _price_without_room(state, free, np.flatnonzero(room == 0))
        missed = _missed(state, free)
        if len(missed) <= len(free) // REPAIRED_SHARE:
            _seat_again(state, missed)
            return True
        if len(missed) > len(free) // HOPELESS_SHARE:
            return False
        pairs = _with_more(state, missed, *pairs)
    return False


def _promising(scores: Ints, free: Ints, room: Ints) -> tuple[Ints, Ints] | None:
    """Allowed pairs that are among the best of one of the two; None if ties make them many times more than asked for."""
    kept = max(KEPT, len(free) // SHARE_KEPT)
    mine, theirs = (kept, KEPT_TOO) if len(free) <= room.sum() else (KEPT_TOO, kept)
    mentors = np.flatnonzero(room)
    if (len(free), len(mentors)) != scores.shape:
        scores = scores[np.ix_(free, mentors)]
    blocks = (
        scores[:, lo : lo + COLUMNS_AT_A_TIME] for lo in range(0, len(mentors), COLUMNS_AT_A_TIME)
    )
    least = np.concatenate([_nth_best(np.ascontiguousarray(block.T), theirs) for block in blocks])
    found, left = [], TIES * (len(free) * mine + len(mentors) * theirs)
    for rows in _tiles(np.arange(len(free)), len(mentors)):
        tile = scores[rows[0] : rows[-1] + 1]
        at = np.flatnonzero(tile >= np.minimum(_nth_best(tile, mine)[:, None], least))
        found.append((free[rows[at // len(mentors)]], mentors[at % len(mentors)]))
        left -= len(at)
        if left < 0:
            return None
    i, j = (np.concatenate(column) for column in zip(*found, strict=True))
    return i, j


def _tiles(rows: Ints, columns: int) -> list[Ints]:
    step = max(1, PAIRS_AT_A_TIME // columns)
    return [rows[lo : lo + step] for lo in range(0, len(rows), step)]


def _nth_best(scores: Ints, n: int) -> Ints:
    """The n-th best score of each row, at least 0."""
    n = min(n, scores.shape[1])
    best: Ints = np.partition(scores, -n, axis=1)[:, -n]
    return np.maximum(best, 0)


def _seat(state: Residual, free: Ints, room: Ints, i: Ints, j: Ints) -> None:
    """The best plan over the pairs (i[k], j[k]) alone.

    Rows of the assignment are mentees, or seats if there are fewer of them; each has a column of its own for staying
    free, which costs as much as no pair."""
    from scipy.sparse import coo_array  # a second to load: only processes that match pay it
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    host, places = np.repeat(np.arange(len(room)), room), room[j]
    ends = np.cumsum(places)
    seat = np.repeat((np.cumsum(room) - room)[j] - ends + places, places) + np.arange(
        ends[-1] if len(ends) else 0
    )
    mentee = np.repeat(np.searchsorted(free, i), places)
    weight = np.repeat(state.worth.pair + state.worth.point * state.scores[i, j], places)
    by_mentee = len(free) <= len(host)
    size, (rows, columns) = (
        (len(free), (mentee, seat)) if by_mentee else (len(host), (seat, mentee))
    )
    own = np.arange(size)
    costs = -1.0 - np.concatenate(
        [np.zeros(size), weight]
    )  # never 0: an entry that is 0 would not count as one
    at = np.concatenate([own, rows]), np.concatenate([own, columns + size])
    graph = coo_array((costs, at), shape=(size, size + max(len(free), len(host)))).tocsr()
    chosen = min_weight_full_bipartite_matching(graph)[1] - size
    taken = np.flatnonzero(chosen >= 0)
    mentee, seat = (taken, chosen[taken]) if by_mentee else (chosen[taken], taken)
    state.mu[free] = state.nobody
    state.mu[free[mentee]] = host[seat]
    state.recount()


def _edges(state: Residual, free: Ints, i: Ints, j: Ints) -> tuple[Ints, Ints, Floats]:
    """The residual graph over these pairs: from a mentee's mentor to the others, and to staying out."""
    present = state.present_weights()
    costs = present[i] - (state.worth.pair + state.worth.point * state.scores[i, j])
    tails, heads = (
        np.concatenate([state.mu[i], state.mu[free]]),
        np.append(j, np.full(len(free), state.nobody)),
    )
    return tails, heads, np.append(costs, present[free])


def _price_without_room(state: Residual, free: Ints, mentors: Ints) -> None:
    """The price of a place that nobody can have is what the keenest mentee would give for it."""
    worth, u = state.worth, state.mentee_prices()[free]
    for lo in range(0, len(mentors), COLUMNS_AT_A_TIME):
        block = mentors[lo : lo + COLUMNS_AT_A_TIME]
        scores = state.scores[np.ix_(free, block)]
        gain = np.where(scores < 0, 0.0, scores * worth.point + worth.pair - u[:, None])
        state.v[block] = gain.max(axis=0, initial=0.0)


def _missed(state: Residual, free: Ints) -> Ints:
    """Mentees with an allowed pair that is worth more than both its prices."""
    worth, v, u = state.worth, state.v[:-1], state.mentee_prices() - state.worth.pair
    kind = (
        np.int32
        if max(abs(u).max(initial=0.0), worth.point * worth.top) + v.max(initial=0.0) < 2**31
        else np.int64
    )
    u, v, point = u.astype(kind), v.astype(kind), kind(worth.point)
    found = []
    for rows in _tiles(free, state.M):
        most = np.maximum(
            u[rows, None] + v, FORBIDDEN
        )  # a closed pair, which is worth less, is never missed
        scores = state.scores[rows]
        found.append(rows[((scores if point == 1 else scores * point) > most).any(axis=1)])
    return np.concatenate(found)


def _with_more(state: Residual, mentees: Ints, i: Ints, j: Ints) -> tuple[Ints, Ints]:
    """The pairs, and those of these mentees that are worth most beyond the price of the seat."""
    keys = [i * state.M + j]
    for rows in _tiles(mentees, state.M):
        scores = state.scores[rows]
        left = np.where(scores < 0, -INF, scores * state.worth.point - state.v[:-1])
        best = np.argpartition(-left, KEPT, axis=1)[:, :KEPT]
        k, column = np.nonzero(np.take_along_axis(scores, best, axis=1) >= 0)
        keys.append(rows[k] * state.M + best[k, column])
    together = np.unique(np.concatenate(keys))
    return together // state.M, together % state.M


def _seat_again(state: Residual, mentees: Ints) -> None:
    """Take these mentees and their seats out, which leaves a proven plan of the others, and give both back one by one."""
    seats = state.mu[mentees].tolist()
    for i, j in zip(mentees.tolist(), seats, strict=True):
        state.leave(i, j)
        state.mu[i] = TAKEN_OUT
        state.load[j] -= 1
        state.seats[j] -= 1
    for j in seats:
        add_seat(state, j)
    for i in mentees.tolist():
        put_in(state, i)
