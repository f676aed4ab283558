"""One number per pair for the solver: how much a pair counts against points.

"most": a pair weighs more than all points together, so the number of pairs comes first, then the
total. "best": a point weighs more than all pairs together, so the total comes first, then the
number of pairs. The factor is more than two, so that the difference of two plans splits into pairs
and points in one way only. All weights are integers held in float64, and every sum of them stays
below 2^52: nothing is ever rounded.
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
    """What a change brings: `pairs` more and `points` more.

    Points may be negative where a pair is won.
    """

    pairs: int
    points: int


@dataclass(frozen=True)
class Objective:
    """A pair with score s weighs pair_weight + point_weight * s; staying unmatched weighs 0.

    max_score is the highest s allowed.
    """

    pair_weight: float
    point_weight: float
    max_score: int

    def split(self, weight: float) -> tuple[int, int]:
        """Return a weight as (pairs, points).

        The larger unit is the nearest multiple, the smaller one is the rest.
        """
        if self.pair_weight > self.point_weight:
            pairs = round(weight / self.pair_weight)
            return pairs, int((weight - pairs * self.pair_weight) / self.point_weight)
        points = round(weight / self.point_weight)
        return int((weight - points * self.point_weight) / self.pair_weight), points

    def loss(self, weight: float) -> Loss:
        return Loss(*self.split(weight))

    def gain(self, weight: float) -> Gain:
        return Gain(*self.split(weight))


def objective_for(table: ScoreTable, rules: Rules) -> Objective:
    """Return the weights for this table.

    Raises ValueError when its scores are too large to be added up exactly.
    """
    n, max_score = table.shape[0], table.scale + rules.stability_bonus
    if rules.objective == "most":
        objective = Objective(1.0 + 2 * n * max_score, 1.0, max_score)
    else:
        objective = Objective(1.0, 2.0 * n + 2.0, max_score)
    if (objective.pair_weight + objective.point_weight * max_score) * (n + 2) >= EXACT:
        raise ValueError(
            f"scores up to {table.scale} are too large to be added up exactly for {n} mentees"
        )
    return objective


def effective_scores(
    table: ScoreTable, rules: Rules, min_score: int | None, prior: Ints | None
) -> Ints:
    """Return the scores as the solver sees them (a copy).

    Rejected pairs and those below `min_score` are -1, pairs of the prior plan (N,) carry the
    stability bonus, and pins keep their score whatever `min_score` says.
    """
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
