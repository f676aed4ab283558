"""Synthetic pools that look like real sign-ups, of any size, the same for the same seed.

Kinds: `usual` (about a third of the pairs forbidden, 1.2 slots per mentee), `scarce` (0.8 slots per
mentee), `open` (no rules), `worst` (scores i * j, the textbook bad case of assignment solvers).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from matching.engine import Criteria, Pool, ScoreTable, Side, score

TOPICS, SITUATIONS, INDUSTRIES, LANGUAGES, PLACES, SLOTS = 40, 30, 25, 10, 30, 42
Array = NDArray[np.int64]


def pool(mentees: int, *, ratio: float = 0.6, seed: int = 0) -> Pool:
    """Return a pool with `ratio` mentors per mentee, who have one to three slots each."""
    rng = np.random.default_rng(seed)
    mentors = max(2, round(ratio * mentees))
    me, mo = _side(rng, mentees, mentor=False), _side(rng, mentors, mentor=True)

    def some(count: int) -> list[tuple[str, str]]:
        i, j = rng.integers(0, mentees, count), rng.integers(0, mentors, count)
        return list(zip(me.ids[i].tolist(), mo.ids[j].tolist(), strict=True))

    return Pool(
        me,
        mo,
        rng.integers(1, 4, mentors),
        pairs={
            "conflict": some(max(2, mentees // 20)),
            "reporting_line": some(max(2, mentees // 10)),
        },
        mentee_wishes=[(*pair, k % 3 + 1) for k, pair in enumerate(some(mentees * 3 // 2))],
        mentor_wishes=[(*pair, k % 3 + 1) for k, pair in enumerate(some(mentors * 9 // 10))],
    )


def table(kind: str, mentees: int, seed: int = 0) -> tuple[ScoreTable, Array]:
    """Return the scores and capacities (M,) of a pool of this kind."""
    if kind == "worst":
        n, m = mentees, round(0.6 * mentees)
        product = np.linspace(0, 1, n)[:, None] * np.linspace(0, 1, m)[None]
        capacity = np.random.default_rng(seed).integers(1, 4, m)
        return ScoreTable((product * 10_000).astype(np.int16)), capacity
    people = pool(mentees, ratio=0.4 if kind == "scarce" else 0.6, seed=seed)
    rules: frozenset[str] = frozenset() if kind == "open" else Criteria().rules
    return score(people, Criteria(rules=rules)), np.asarray(people.capacity)


def _side(rng: np.random.Generator, count: int, *, mentor: bool) -> Side:
    busy = rng.random((count, SLOTS)) >= (0.30 if mentor else 0.40)
    fewest, most = (3, 9) if mentor else (2, 5)
    fluent = _choices(rng, count, LANGUAGES, 1, 3, 2.4)
    zones = np.array([-300, -240, 0, 60, 120, 330])
    return Side(
        ids=np.array(
            [f"{'mentor' if mentor else 'mentee'}{k:05d}@example.org" for k in range(count)]
        ),
        ready=rng.random(count) < 0.97,
        employer=rng.zipf(1.3, count) % max(4, count // 40),
        years=rng.integers(4, 36, count) if mentor else np.minimum(rng.geometric(0.12, count), 25),
        mode=rng.choice([1, 2, 3], count, p=[0.30, 0.06, 0.64]),
        place=rng.zipf(1.5, count) % PLACES,
        rhythm=rng.integers(0, 3, count),
        waiting=(rng.random(count) < 0.1).astype(np.int64),
        situations=_choices(rng, count, SITUATIONS, 1, 6 if mentor else 2, 0.4)
        * rng.integers(1, 3, (count, 1)),
        topics=_choices(rng, count, TOPICS, fewest, most, 0.5)
        * rng.integers(1, 4, (count, TOPICS)),
        industries=_choices(rng, count, INDUSTRIES, 1, 2, 0.6),
        languages=fluent * rng.integers(1, 3, (count, LANGUAGES)),
        hours=(~busy).astype(np.int8),
        utc_offset=rng.choice(zones, count, p=[0.3, 0.3, 0.1, 0.15, 0.1, 0.05]),
    )


def _choices(
    rng: np.random.Generator, count: int, size: int, low: int, high: int, skew: float
) -> Array:
    """Multiple choice: each row marks low..high of `size` options, the first ones more often.

    Weighted sampling without replacement by exponential keys (Efraimidis, Spirakis 2006).
    """
    chance = 1.0 / np.arange(1, size + 1) ** skew
    keys = rng.random((count, size)) ** (1.0 / (chance / chance.sum()))
    rank = np.argsort(np.argsort(-keys, axis=1), axis=1)
    return (rank < rng.integers(low, high + 1, count)[:, None]).astype(np.int64)
