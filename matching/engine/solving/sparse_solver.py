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
from matching.engine.solving.repair import REMOVED, add_slot, assign
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
    free, slots = np.flatnonzero(~state.pinned), state.open_slots()
    if min(len(free), int(np.count_nonzero(slots))) < SMALL:
        return False
    pairs = _promising(state.scores, free, slots)
    if pairs is None:
        return False
    for _ in range(ROUNDS):
        _assign_over(state, free, slots, *pairs)
        find_prices(state, over_edges(*_edges(state, free, *pairs)))
        _price_without_room(state, free, np.flatnonzero(slots == 0))
        missed = _missed(state, free)
        if len(missed) <= len(free) // REPAIRED_SHARE:
            _reassign_all(state, missed)
            return True
        if len(missed) > len(free) // HOPELESS_SHARE:
            return False
        pairs = _with_more(state, missed, *pairs)
    return False


def _promising(scores: Ints, free: Ints, slots: Ints) -> tuple[Ints, Ints] | None:
    """Allowed pairs that are among the best of one of the two; None if ties make them many times more than asked for."""
    kept = max(KEPT, len(free) // SHARE_KEPT)
    mine, theirs = (kept, KEPT_TOO) if len(free) <= slots.sum() else (KEPT_TOO, kept)
    mentors = np.flatnonzero(slots)
    if (len(free), len(mentors)) != scores.shape:
        scores = scores[np.ix_(free, mentors)]
    blocks = (
        scores[:, lo : lo + COLUMNS_AT_A_TIME] for lo in range(0, len(mentors), COLUMNS_AT_A_TIME)
    )
    least = np.concatenate([_nth_best(np.ascontiguousarray(block.T), theirs) for block in blocks])
    found, left = [], TIES * (len(free) * mine + len(mentors) * theirs)
    for rows in _batches(np.arange(len(free)), len(mentors)):
        batch = scores[rows[0] : rows[-1] + 1]
        at = np.flatnonzero(batch >= np.minimum(_nth_best(batch, mine)[:, None], least))
        found.append((free[rows[at // len(mentors)]], mentors[at % len(mentors)]))
        left -= len(at)
        if left < 0:
            return None
    i, j = (np.concatenate(column) for column in zip(*found, strict=True))
    return i, j


def _batches(rows: Ints, columns: int) -> list[Ints]:
    step = max(1, PAIRS_AT_A_TIME // columns)
    return [rows[lo : lo + step] for lo in range(0, len(rows), step)]


def _nth_best(scores: Ints, n: int) -> Ints:
    """The n-th best score of each row, at least 0."""
    n = min(n, scores.shape[1])
    best: Ints = np.partition(scores, -n, axis=1)[:, -n]
    return np.maximum(best, 0)


def _assign_over(state: Residual, free: Ints, slots: Ints, i: Ints, j: Ints) -> None:
    """The best plan over the pairs (i[k], j[k]) alone.

    Rows of the assignment are mentees, or seats if there are fewer of them; each has a column of its own for staying
    free, which costs as much as no pair."""
    from scipy.sparse import coo_array  # a second to load: only processes that match pay it
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    slot_mentor, copies = np.repeat(np.arange(len(slots)), slots), slots[j]
    ends = np.cumsum(copies)
    slot = np.repeat((np.cumsum(slots) - slots)[j] - ends + copies, copies) + np.arange(
        ends[-1] if len(ends) else 0
    )
    mentee = np.repeat(np.searchsorted(free, i), copies)
    weight = np.repeat(state.objective.pair + state.objective.point * state.scores[i, j], copies)
    by_mentee = len(free) <= len(slot_mentor)
    size, (rows, columns) = (
        (len(free), (mentee, slot)) if by_mentee else (len(slot_mentor), (slot, mentee))
    )
    own = np.arange(size)
    costs = -1.0 - np.concatenate(
        [np.zeros(size), weight]
    )  # never 0: an entry that is 0 would not count as one
    at = np.concatenate([own, rows]), np.concatenate([own, columns + size])
    graph = coo_array((costs, at), shape=(size, size + max(len(free), len(slot_mentor)))).tocsr()
    chosen = min_weight_full_bipartite_matching(graph)[1] - size
    taken = np.flatnonzero(chosen >= 0)
    mentee, slot = (taken, chosen[taken]) if by_mentee else (chosen[taken], taken)
    state.mu[free] = state.unmatched
    state.mu[free[mentee]] = slot_mentor[slot]
    state.rebuild_index()


def _edges(state: Residual, free: Ints, i: Ints, j: Ints) -> tuple[Ints, Ints, Floats]:
    """The residual graph over these pairs: from a mentee's mentor to the others, and to staying out."""
    present = state.present_weights()
    costs = present[i] - (state.objective.pair + state.objective.point * state.scores[i, j])
    tails, heads = (
        np.concatenate([state.mu[i], state.mu[free]]),
        np.append(j, np.full(len(free), state.unmatched)),
    )
    return tails, heads, np.append(costs, present[free])


def _price_without_room(state: Residual, free: Ints, mentors: Ints) -> None:
    """The price of a place that nobody can have is what the keenest mentee would give for it."""
    objective, u = state.objective, state.mentee_prices()[free]
    for lo in range(0, len(mentors), COLUMNS_AT_A_TIME):
        block = mentors[lo : lo + COLUMNS_AT_A_TIME]
        scores = state.scores[np.ix_(free, block)]
        gain = np.where(scores < 0, 0.0, scores * objective.point + objective.pair - u[:, None])
        state.v[block] = gain.max(axis=0, initial=0.0)


def _missed(state: Residual, free: Ints) -> Ints:
    """Mentees with an allowed pair that is worth more than both its prices."""
    objective, v, u = state.objective, state.v[:-1], state.mentee_prices() - state.objective.pair
    kind = (
        np.int32
        if max(abs(u).max(initial=0.0), objective.point * objective.top) + v.max(initial=0.0)
        < 2**31
        else np.int64
    )
    u, v, point = u.astype(kind), v.astype(kind), kind(objective.point)
    found = []
    for rows in _batches(free, state.M):
        most = np.maximum(
            u[rows, None] + v, FORBIDDEN
        )  # a closed pair, which is worth less, is never missed
        scores = state.scores[rows]
        found.append(rows[((scores if point == 1 else scores * point) > most).any(axis=1)])
    return np.concatenate(found)


def _with_more(state: Residual, mentees: Ints, i: Ints, j: Ints) -> tuple[Ints, Ints]:
    """The pairs, and those of these mentees that are worth most beyond the price of the seat."""
    keys = [i * state.M + j]
    for rows in _batches(mentees, state.M):
        scores = state.scores[rows]
        left = np.where(scores < 0, -INF, scores * state.objective.point - state.v[:-1])
        best = np.argpartition(-left, KEPT, axis=1)[:, :KEPT]
        k, column = np.nonzero(np.take_along_axis(scores, best, axis=1) >= 0)
        keys.append(rows[k] * state.M + best[k, column])
    together = np.unique(np.concatenate(keys))
    return together // state.M, together % state.M


def _reassign_all(state: Residual, mentees: Ints) -> None:
    """Take these mentees and their seats out, which leaves a proven plan of the others, and give both back one by one."""
    mentors_before = state.mu[mentees].tolist()
    for i, j in zip(mentees.tolist(), mentors_before, strict=True):
        state.detach(i, j)
        state.mu[i] = REMOVED
        state.load[j] -= 1
        state.capacity[j] -= 1
    for j in mentors_before:
        add_slot(state, j)
    for i in mentees.tolist():
        assign(state, i)
