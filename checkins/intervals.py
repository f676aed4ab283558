"""The mean of differences with its 95 % interval (Student's t). Pure: needs no scipy."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import atan, cos, pi, sin, sqrt
from statistics import NormalDist, fmean, stdev

CONFIDENCE = 0.95
LARGE = 300  # degrees of freedom from which Student's t is the normal distribution to 2 decimals


def mean_with_interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean of at least two values, and the ends of its 95 % interval."""
    mean = fmean(values)
    reach = t_quantile(len(values) - 1) * stdev(values) / sqrt(len(values))
    return mean, mean - reach, mean + reach


@lru_cache(maxsize=LARGE)
def t_quantile(freedom: int) -> float:
    """Return t with `CONFIDENCE` of Student's distribution between -t and t, by bisection."""
    if freedom >= LARGE:
        return NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    low, high = 0.0, 20.0  # with one degree of freedom it is 12.7
    for _turn in range(60):
        middle = (low + high) / 2
        if _within(middle, freedom) < CONFIDENCE:
            low = middle
        else:
            high = middle
    return high


def _within(t: float, freedom: int) -> float:
    """Return the probability between -t and t (Abramowitz and Stegun, 26.7.3 and 26.7.4)."""
    angle = atan(t / sqrt(freedom))
    is_odd = freedom % 2
    term = cos(angle) if is_odd else 1.0
    total = term if freedom > 1 else 0.0
    for n in range(2 + is_odd, freedom - 1, 2):
        term *= cos(angle) ** 2 * (n - 1) / n
        total += term
    if is_odd:
        return 2 / pi * (angle + sin(angle) * total)
    return sin(angle) * total
