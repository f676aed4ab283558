"""One number per pair for the solver: how much a pair and a point are worth against each other.

"most": a pair is worth more than all points together, so first the number of pairs counts, then the total.
"best": a point is worth more than all pairs together, so first the total counts, then the number of pairs.
More than twice as much, in fact, so that the difference of two plans splits into pairs and points in one way only.
All weights are integers held in float64, and every sum of them stays below 2^52: nothing is rounded, ever.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matching.engine.problem.arrays import Ints
from matching.engine.problem.rules import Rules
from matching.engine.problem.score_table import FORBIDDEN, ScoreTable

EXACT = 2**52


@dataclass(frozen=True)
class Loss:
    """What a change costs: `pairs` fewer and `points` less (either may be negative: a gain)."""

    pairs: int
    points: int


@dataclass(frozen=True)
class Gain:
    """What a change brings: `pairs` more and `points` more (points may be negative where a pair is won)."""

    pairs: int
    points: int


@dataclass(frozen=True)
class Objective:
    """Weight of a pair with score s: pair + point * s; of staying unmatched: 0. `top` is the highest s allowed."""

    pair: float
    point: float
    top: int

    def split(self, weight: float) -> tuple[int, int]:
        """A weight as (pairs, points): the larger unit is the nearest multiple, the rest is the smaller one."""
        if self.pair > self.point:
            pairs = round(weight / self.pair)
            return pairs, int((weight - pairs * self.pair) / self.point)
        points = round(weight / self.point)
        return int((weight - points * self.point) / self.pair), points

    def loss(self, weight: float) -> Loss:
        return Loss(*self.split(weight))

    def gain(self, weight: float) -> Gain:
        return Gain(*self.split(weight))


def objective_for(table: ScoreTable, rules: Rules) -> Objective:
    """Weights for this table; ValueError when its scores are too large to be counted exactly."""
    n, top = table.shape[0], table.scale + rules.stability_bonus
    if rules.objective == "most":
        objective = Objective(1.0 + 2 * n * top, 1.0, top)
    else:
        objective = Objective(1.0, 2.0 * n + 2.0, top)
    if (objective.pair + objective.point * top) * (n + 2) >= EXACT:
        raise ValueError(
            f"scores up to {table.scale} are too large to be added up exactly for {n} mentees"
        )
    return objective


def effective_scores(
    table: ScoreTable, rules: Rules, min_score: int | None, prior: Ints | None
) -> Ints:
    """Scores as the solver sees them (a copy): rejected and too low is -1, pairs of the prior plan carry their
    stickiness, pins keep their score whatever the floor."""
    scores = table.S.astype(_wide_enough(table, rules), copy=True)
    if min_score is not None:
        scores[scores < min_score] = FORBIDDEN
    for i, j in rules.forbids:
        scores[i, j] = FORBIDDEN
    for i, j in rules.pins:
        scores[i, j] = table.S[i, j]
    if prior is not None and rules.stability_bonus:
        stay = np.flatnonzero(prior >= 0)
        stay = stay[scores[stay, prior[stay]] >= 0]
        scores[stay, prior[stay]] += scores.dtype.type(rules.stability_bonus)
    return scores


def _wide_enough(table: ScoreTable, rules: Rules) -> np.dtype[np.signedinteger[np.typing.NBitBase]]:
    return np.promote_types(
        np.int16, np.min_scalar_type(-(table.scale + rules.stability_bonus) - 1)
    )
