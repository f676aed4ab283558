"""The best plan from a few pairs per person, made exact over all of them.

Nearly every pair of a best plan is among the best pairs of one of its two people. So the assignment
is solved on those pairs alone, many times faster than on all, and its prices are then checked
against every pair. Mentees with a better pair get more pairs, and the assignment is solved again,
until they are so few that `repair` removes and reassigns them with all their pairs, which leaves
the prices a proof for everyone. Where they are many, or ties leave too many pairs, the caller
has to solve the whole problem.
"""

from __future__ import annotations

import numpy as np

from matching.engine.problem.arrays import INF, Floats, Ints
from matching.engine.problem.score_table import FORBIDDEN
from matching.engine.solving.duals import find_prices, over_edges
from matching.engine.solving.repair import REMOVED, add_slot, assign
from matching.engine.solving.residual import Residual

# Pairs kept per person: the best ones on the side that is short of people, and on the other side.
KEPT, KEPT_OTHER = 32, 8
SHARE_KEPT = 100  # in large pools more are kept on the short side: one for so many mentees
MIN_SIZE = 8 * KEPT  # people per side below which the whole problem is as fast
MAX_TIES = 4  # give up when ties keep so many times more pairs than asked for
ROUNDS = 5
# One mentee in so many: the rest may be repaired; from here on it is better to solve all pairs.
REPAIR_SHARE, GIVE_UP_SHARE = 200, 4
PAIRS_PER_BATCH = 2**17
MENTORS_PER_BATCH = 64


def solve_sparse(state: Residual) -> bool:
    """Assign every movable mentee optimally and set the prices.

    Returns False, with the state undefined, where the pool is too small or has too many ties.
    """
    free, slots = np.flatnonzero(~state.pinned), state.open_slots()
    if min(len(free), int(np.count_nonzero(slots))) < MIN_SIZE:
        return False
    pairs = _candidate_pairs(state.scores, free, slots)
    if pairs is None:
        return False
    for _ in range(ROUNDS):
        _assign_over(state, free, slots, *pairs)
        find_prices(state, over_edges(*_edges(state, free, *pairs)))
        _price_closed_mentors(state, free, np.flatnonzero(slots == 0))
        improvable = _with_better_pair(state, free)
        if len(improvable) <= len(free) // REPAIR_SHARE:
            _reassign_all(state, improvable)
            return True
        if len(improvable) > len(free) // GIVE_UP_SHARE:
            return False
        pairs = _add_pairs(state, improvable, *pairs)
    return False


def _candidate_pairs(scores: Ints, free: Ints, slots: Ints) -> tuple[Ints, Ints] | None:
    """Allowed pairs that are among the best of one of the two; None if ties make them too many."""
    kept = max(KEPT, len(free) // SHARE_KEPT)
    mine, theirs = (kept, KEPT_OTHER) if len(free) <= slots.sum() else (KEPT_OTHER, kept)
    mentors = np.flatnonzero(slots)
    if (len(free), len(mentors)) != scores.shape:
        scores = scores[np.ix_(free, mentors)]
    blocks = (
        scores[:, lo : lo + MENTORS_PER_BATCH] for lo in range(0, len(mentors), MENTORS_PER_BATCH)
    )
    least = np.concatenate([_nth_best(np.ascontiguousarray(block.T), theirs) for block in blocks])
    found, left = [], MAX_TIES * (len(free) * mine + len(mentors) * theirs)
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
    step = max(1, PAIRS_PER_BATCH // columns)
    return [rows[lo : lo + step] for lo in range(0, len(rows), step)]


def _nth_best(scores: Ints, n: int) -> Ints:
    """The n-th best score of each row, at least 0."""
    n = min(n, scores.shape[1])
    best: Ints = np.partition(scores, -n, axis=1)[:, -n]
    return np.maximum(best, 0)


def _assign_over(state: Residual, free: Ints, slots: Ints, i: Ints, j: Ints) -> None:
    """Set the best plan over the pairs (i[k], j[k]) alone.

    Rows of the assignment are mentees, or slots if there are fewer of them. Each row has a column
    of its own for staying unassigned, which costs as much as no pair.
    """
    from scipy.sparse import coo_array  # slow to import: only matching needs it
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    slot_mentor = np.repeat(np.arange(len(slots)), slots)
    mentee, slot, copies = _slot_pairs(free, slots, i, j)
    by_mentee = len(free) <= len(slot_mentor)
    size = min(len(free), len(slot_mentor))
    rows, columns = (mentee, slot) if by_mentee else (slot, mentee)
    unassigned = np.arange(size)
    weights = np.repeat(_weights(state, i, j), copies)
    # The -1 is the same for every row. Without it some costs were 0, which the sparse graph drops.
    costs = -1.0 - np.concatenate([np.zeros(size), weights])
    at = np.concatenate([unassigned, rows]), np.concatenate([unassigned, columns + size])
    graph = coo_array((costs, at), shape=(size, size + max(len(free), len(slot_mentor)))).tocsr()
    chosen = min_weight_full_bipartite_matching(graph)[1] - size
    taken = np.flatnonzero(chosen >= 0)
    mentee, slot = (taken, chosen[taken]) if by_mentee else (chosen[taken], taken)
    state.mu[free] = state.unmatched
    state.mu[free[mentee]] = slot_mentor[slot]
    state.rebuild_index()


def _slot_pairs(free: Ints, slots: Ints, i: Ints, j: Ints) -> tuple[Ints, Ints, Ints]:
    """The pairs with every slot of the mentor: position in `free`, number of the slot, and how
    often each pair appears."""
    copies, first_slot = slots[j], (np.cumsum(slots) - slots)[j]
    ends = np.cumsum(copies)
    position = np.arange(ends[-1] if len(ends) else 0)
    slot = np.repeat(first_slot - ends + copies, copies) + position
    return np.repeat(np.searchsorted(free, i), copies), slot, copies


def _weights(state: Residual, i: Ints, j: Ints) -> Floats:
    """Weights of the allowed pairs (i[k], j[k])."""
    objective = state.objective
    points = state.scores[i, j] * objective.point_weight
    return np.asarray(points + objective.pair_weight, dtype=np.float64)


def _edges(state: Residual, free: Ints, i: Ints, j: Ints) -> tuple[Ints, Ints, Floats]:
    """The residual graph over these pairs: from a mentee's mentor to others and to "unmatched"."""
    present = state.present_weights()
    costs = present[i] - _weights(state, i, j)
    tails = np.concatenate([state.mu[i], state.mu[free]])
    heads = np.append(j, np.full(len(free), state.unmatched))
    return tails, heads, np.append(costs, present[free])


def _price_closed_mentors(state: Residual, free: Ints, mentors: Ints) -> None:
    """Set the prices of mentors without a slot: the most that any mentee would gain there."""
    objective, u = state.objective, state.mentee_prices()[free]
    for lo in range(0, len(mentors), MENTORS_PER_BATCH):
        block = mentors[lo : lo + MENTORS_PER_BATCH]
        scores = state.scores[np.ix_(free, block)]
        gain = np.where(
            scores < 0, 0.0, scores * objective.point_weight + objective.pair_weight - u[:, None]
        )
        state.v[block] = gain.max(axis=0, initial=0.0)


def _with_better_pair(state: Residual, free: Ints) -> Ints:
    """Mentees with an allowed pair that weighs more than the prices of both."""
    objective, v = state.objective, state.v[:-1]
    u = state.mentee_prices() - objective.pair_weight
    highest = max(abs(u).max(initial=0.0), objective.point_weight * objective.max_score)
    number_type = np.int32 if highest + v.max(initial=0.0) < 2**31 else np.int64
    u, v = u.astype(number_type), v.astype(number_type)
    point = number_type(objective.point_weight)
    found = []
    for rows in _batches(free, state.M):
        # At least FORBIDDEN, so that a forbidden pair is never the better one.
        price = np.maximum(u[rows, None] + v, FORBIDDEN)
        scores = state.scores[rows]
        better = (scores if point == 1 else scores * point) > price
        found.append(rows[better.any(axis=1)])
    return np.concatenate(found)


def _add_pairs(state: Residual, mentees: Ints, i: Ints, j: Ints) -> tuple[Ints, Ints]:
    """The pairs, and for these mentees the ones that weigh most beyond the price of the slot."""
    keys = [i * state.M + j]
    for rows in _batches(mentees, state.M):
        scores = state.scores[rows]
        left = np.where(scores < 0, -INF, scores * state.objective.point_weight - state.v[:-1])
        best = np.argpartition(-left, KEPT, axis=1)[:, :KEPT]
        k, column = np.nonzero(np.take_along_axis(scores, best, axis=1) >= 0)
        keys.append(rows[k] * state.M + best[k, column])
    together = np.unique(np.concatenate(keys))
    return together // state.M, together % state.M


def _reassign_all(state: Residual, mentees: Ints) -> None:
    """Remove these mentees and their slots, which leaves a proven plan of the others, and add both
    again one by one."""
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
