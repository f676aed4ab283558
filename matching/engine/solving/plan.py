"""A plan: who goes with whom, the seat prices that prove it, and what it was made from."""

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
    """mu           (N,) mentor of each mentee, -1 = unmatched
    u, v         (N,) and (M,) dual prices in the solver's weights (see `worth.Worth`); v[j] is the price of a seat
    pairs, total number of pairs, and their points without stickiness
    certificate  True when `verify` confirmed that no plan is better under these scores, seats and rules
    input_hash   sha256 of table, seats, rules, prior plan and engine version
    seats, rules, prior, floor   what it was made from: places (M,), decisions, mentor of each mentee in the plan to
                 which it sticks (N,) or None, and the floor in force (None: none)
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

    def as_bytes(self) -> bytes:
        """Pairs, prices and input hash in one canonical form: equal plans are equal bytes on every machine."""
        arrays = b"".join(
            np.asarray(a).astype(t).tobytes()
            for a, t in ((self.mu, "<i8"), (self.u, "<f8"), (self.v, "<f8"))
        )
        return f"{self.input_hash} {self.pairs} {self.total} {self.min_score}\n".encode() + arrays


def input_hash(table: ScoreTable, capacity: Ints, rules: Rules, prior: Ints | None) -> str:
    """sha256 of all that decides a plan."""
    sha = hashlib.sha256(f"engine {VERSION}\n{table.digest}\n{rules!r}\n".encode())
    sha.update(capacity.astype("<i8").tobytes())
    sha.update(b"" if prior is None else prior.astype("<i8").tobytes())
    return sha.hexdigest()


def reassignments(before: Ints, after: Ints) -> list[Reassignment]:
    """(mentee, mentor before, mentor after) for everybody whose mentor differs; -1 is unmatched."""
    return [(int(i), int(before[i]), int(after[i])) for i in np.flatnonzero(before != after)]
