"""A plan: who is matched with whom, the dual prices that prove it, and what it was made from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np

from matching.engine.problem.arrays import Floats, Ints
from matching.engine.problem.rules import Rules
from matching.engine.problem.score_table import VERSION, ScoreTable

UNMATCHED = -1
Reassignment = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Plan:
    """A plan with its proof and its input.

    mu            (N,) mentor of each mentee, -1 = unmatched
    u, v          (N,) and (M,) dual prices in the solver's weights (see `objective.Objective`);
                  v[j] is the price of a slot at mentor j
    pairs, total  number of pairs, and their points without the stability bonus
    certificate   True when `verify` confirmed that no plan is better under these scores,
                  capacities and rules
    input_hash    sha256 of table, capacity, rules, prior plan and engine version
    capacity, rules, prior, min_score
                  what it was made from: slots per mentor (M,), decisions, mentor of each mentee in
                  the prior plan (N,) or None, and the minimum score in force (None: none)
    """

    mu: Ints
    u: Floats = field(repr=False)
    v: Floats = field(repr=False)
    pairs: int
    total: int
    certificate: bool
    input_hash: str
    capacity: Ints = field(repr=False)
    rules: Rules = field(repr=False)
    prior: Ints | None = field(default=None, repr=False)
    min_score: int | None = None


def input_hash(table: ScoreTable, capacity: Ints, rules: Rules, prior: Ints | None) -> str:
    """Return the sha256 of everything that decides a plan."""
    sha = hashlib.sha256(f"engine {VERSION}\n{table.digest}\n{rules!r}\n".encode())
    sha.update(capacity.astype("<i8").tobytes())
    sha.update(b"" if prior is None else prior.astype("<i8").tobytes())
    return sha.hexdigest()


def reassignments(before: Ints, after: Ints) -> list[Reassignment]:
    """Return (mentee, mentor before, mentor after) for each mentee whose mentor differs.

    before, after: (N,) mentors; -1 is unmatched.
    """
    return [(int(i), int(before[i]), int(after[i])) for i in np.flatnonzero(before != after)]
