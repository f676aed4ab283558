"""Synthetic tables and people for the engine's tests.

The same ones at every run, so that a change cannot fail by chance; `make explore` makes new ones.
The seed is in the test report.
"""

import itertools
import os

import numpy as np

from matching.engine import Gain, Loss, Pool, Side

ASKED = os.environ.get("ENGINE_SEED") or "1"  # a number, or "new"
RUN_SEED = int.from_bytes(os.urandom(4), "little") if ASKED == "new" else int(ASKED)


def generator(case):
    """A separate generator for each case of this run."""
    return np.random.default_rng([RUN_SEED, case])


def tiny(rng, mentees=6, mentors=3):
    """A table that brute force can solve: up to 6 x 3, coarse or fine scores, few or many rules."""
    n, m = int(rng.integers(1, mentees + 1)), int(rng.integers(1, mentors + 1))
    return _table(rng, n, m), rng.integers(0, 3, m)


def small(rng):
    """A table that is solved from scratch in a moment: up to 30 x 20."""
    return _table(rng, int(rng.integers(8, 31)), int(rng.integers(4, 21))), None


def _table(rng, n, m):
    top = int(rng.choice([4, 20, 100, 10_000]))
    open_share = float(rng.choice([0.3, 0.6, 1.0]))
    return np.where(rng.random((n, m)) < open_share, rng.integers(0, top, (n, m)), -1)


def capacity_for(rng, scores):
    return rng.integers(0, 4, scores.shape[1])


def brute_force(scores, capacity, *, must=(), min_score=None):
    """(pairs, total) of the best plan by trying every plan; it must contain the pairs `must`."""
    n, m = scores.shape
    choices = [[-1] + [j for j in range(m) if scores[i, j] >= (min_score or 0)] for i in range(n)]
    for i, j in must:
        choices[i] = [j]
    best = (-1, -1)
    for plan in itertools.product(*choices):
        used = np.bincount([j for j in plan if j >= 0], minlength=m)
        if (used <= capacity).all():
            points = sum(int(scores[i, j]) for i, j in enumerate(plan) if j >= 0)
            best = max(best, (sum(j >= 0 for j in plan), points))
    return best


def people(rng, mentees=12, mentors=8, **fields):
    """A pool of people who answered almost everything."""
    return Pool(
        side(rng, mentees, "mentee"),
        side(rng, mentors, "mentor"),
        rng.integers(1, 3, mentors),
        **fields,
    )


def side(rng, count, name):
    top = 3 if name == "mentee" else 2
    return Side(
        ids=[f"{name}{k:02d}@example.org" for k in range(count)],
        employer=rng.integers(-1, 4, count),
        years=rng.integers(-1, 30, count),
        mode=rng.integers(0, 4, count),
        place=rng.integers(-1, 3, count),
        rhythm=rng.integers(-1, 3, count),
        waiting=rng.integers(0, 3, count),
        ready=rng.random(count) < 0.9,
        situations=rng.integers(0, top + 1, (count, 5)),
        topics=rng.integers(0, 4, (count, 6)),
        industries=rng.integers(0, 2, (count, 3)),
        languages=rng.integers(0, 3, (count, 2)),
        hours=rng.integers(0, 2, (count, 42)),
        utc_offset=rng.choice([-300, 0, 60, 330], count),
    )


def loss_of(prices, i, j):
    """Loss of matching mentee i with mentor j (-1: of staying unmatched); None if impossible."""
    weight = prices.matrix[i, j]
    if not np.isfinite(weight):
        return None
    pairs, points = prices.split(np.array([weight]))
    return Loss(int(pairs[0]), int(points[0]))


def gain_of_slot(prices, j):
    """Gain of one more slot at mentor j."""
    return dict(prices.slot_gains()).get(j, Gain(0, 0))


def hits_of(table, i, j):
    """Part -> (column of the answer, points) of the answers that earned points for one pair."""
    found = {}
    for part in table.reasons.parts if table.reasons else ():
        _k, columns, points = table.hits_in(part.name, [i], [j])
        if len(columns):
            found[part.name] = list(zip(columns.tolist(), points.tolist(), strict=True))
    return found


def as_bytes(plan):
    """Pairs, prices and input hash: equal plans are equal bytes on every machine."""
    arrays = ((plan.mu, "<i8"), (plan.u, "<f8"), (plan.v, "<f8"))
    numbers = b"".join(np.asarray(a).astype(t).tobytes() for a, t in arrays)
    return f"{plan.input_hash} {plan.pairs} {plan.total} {plan.min_score}\n".encode() + numbers
