"""An upper bound on the gradient norm from the samples that miss, for scores near 1.

Proof: docs/theorems.md, Theorem 24.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from certificates.bounds.error_probability import check_error
from certificates.bounds.pair_integral import MARGIN, SMALL_REMAINDER, added_remainder, least, norm_upper
from certificates.bounds.pair_statistic import PairStatistic
from certificates.bounds.rare_votes import LARGEST_SLOPE, LEAST_PROBABILITY, RareVotes
from certificates.bounds.slope_proxy import MISSES_PROXY
from certificates.curves.directed_rounding import up
from certificates.curves.lower_bounds import check_sigma
from certificates.curves.normal_law import profile

Array = NDArray[np.float64]

_SMALLEST_X = 1e-9
_ROUNDS = 4
"""How often ``_slope`` computes slopes, each time with the far end at the slopes before. A choice: the last
two differ by about 1 %."""

_LARGEST_EXPONENT = 100.0
"""Largest ``theta T`` with which a bound is computed: with a larger one ``rho`` is large at every slope."""


def gradient_norm_upper_misses(
    statistic: PairStatistic, d: int, sigma: float, alpha: float, miss_upper: float
) -> float:
    """Return an upper bound on ``||grad p||`` per unit of input, with confidence ``1 - alpha``.

    ``statistic``: of the vectors ``(1 - f) g``; ``d``: input elements; ``miss_upper``: an upper bound on the
    probability of a miss, which may come from the same samples: the bound holds whenever ``miss_upper`` does.
    The result never exceeds ``phi(Phi^-1(q)) / sigma`` at ``q = min(miss_upper, 1/2)``. For a class of a
    multi-class certificate that gets few votes, its votes take the place of misses. ValueError if an argument
    is out of range.
    """
    check_error("alpha", alpha)
    if d < 1:
        raise ValueError(f"d must be positive, got {d}")
    if not 0.0 <= miss_upper <= 1.0:
        raise ValueError(f"miss_upper must be in [0, 1], got {miss_upper}")
    ceiling = up(profile(min(miss_upper, 0.5)) / check_sigma(sigma))
    if statistic.samples < 2 or miss_upper < LEAST_PROBABILITY:
        return ceiling
    return norm_upper(squared_norm_upper_misses(statistic, d, alpha, miss_upper), sigma, ceiling)


def squared_norm_upper_misses(statistic: PairStatistic, d: int, alpha: float, q: float) -> float:
    """Return an upper bound on ``G^2`` from two or more samples; misses have probability ``q`` at most.

    It is the smallest value found of a bound that holds at every ``x``, slope and ``q`` at once; infinite
    where nothing is known.
    """
    n, rare = statistic.samples, RareVotes(q, d)
    largest = up(profile(min(q, 0.5)))

    def bound(x: Array) -> Array:
        return _bound(statistic, rare, -math.log(alpha), largest, x, _slope(x, n, rare, largest))

    return least(bound, _SMALLEST_X, 0.5 * (n - 1.0) / rare.largest_second_moment())


def _bound(
    statistic: PairStatistic, rare: RareVotes, log_term: float, largest: float, x: Array, slope: Array
) -> Array:
    """Return the bound of docs/theorems.md, Theorem 24 at ``x`` and ``l0``, rounded up; or infinity."""
    n, u = statistic.samples, statistic.u_upper
    far, widest = rare.far_end(slope), rare.largest_second_moment()
    held = x * (widest + far) <= 0.5 * (n - 1.0)
    x, far = np.where(held, x, _SMALLEST_X), np.where(held, far, 0.0)
    penalty = rare.penalty(x, far, n)
    remainder = added_remainder(_log_remainder(x, slope, far, penalty, n, rare, largest))
    noise = 2.0 * rare.q / (x * n) * (log_term + 0.5 * penalty + remainder)
    total = (1.0 + x * (widest + far)) * (u + noise + MARGIN * (abs(u) + noise))
    return np.where(held, total, np.inf)


def _slope(x: Array, n: int, rare: RareVotes, largest: float) -> Array:
    """Return a slope ``l0`` for each ``x``, at which ``rho`` is about ``exp(SMALL_REMAINDER)``.

    Any slope gives a valid bound, since ``_log_remainder`` bounds ``rho`` at the slope that is used.
    """
    theta = x / (2.0 * rare.q * (n - 1.0))
    curvature = np.maximum(0.25 / theta - 0.5 * MISSES_PROXY, 1e-6)
    slope, far = x, np.zeros_like(x)
    for _ in range(_ROUNDS):
        left = _left(x, far, n, rare, largest) - SMALL_REMAINDER
        slope = (largest + np.sqrt(largest**2 + 4.0 * curvature * left)) / (2.0 * curvature)
        slope = np.minimum(slope, LARGEST_SLOPE)
        far = rare.far_end(slope)
    return slope


def _left(x: Array, far: Array, n: int, rare: RareVotes, largest: float) -> Array:
    """Return the terms of ``ln(rho)`` without slope or penalty: docs/theorems.md, Theorem 24."""
    theta = x / (2.0 * rare.q * (n - 1.0))
    square = largest * largest
    size, tilt = rare.mean_square()
    widest = rare.largest_second_moment() + far
    kept = 1.0 - 2.0 * theta * rare.q * widest
    of_sample = rare.q * np.expm1(np.minimum(theta * size, _LARGEST_EXPONENT))
    of_normal = theta * (rare.q * (size + rare.d * far) + square) / kept
    known = (kept > 0.0) & (theta <= tilt) & (theta * size < _LARGEST_EXPONENT)
    each = np.where(known, np.maximum(of_sample, of_normal), np.inf)
    return math.log(n) + (n - 1.0) * each + theta * n * (n - 1.0) * square / (1.0 + x * widest)


def _log_remainder(
    x: Array, slope: Array, far: Array, penalty: Array, n: int, rare: RareVotes, largest: float
) -> Array:
    """Return ``ln(rho)`` of docs/theorems.md, Theorem 24 at ``c = largest``, rounded up; or infinity."""
    theta = x / (2.0 * rare.q * (n - 1.0))
    curvature = 0.25 / theta * (1.0 - MARGIN) - 0.5 * MISSES_PROXY
    gains = _left(x, far, n, rare, largest) + slope * largest
    falls = (curvature > 0.0) & (2.0 * curvature * slope >= largest * (1.0 + MARGIN))
    losses = slope * slope * curvature + 0.5 * penalty
    return np.where(falls, gains * (1.0 + MARGIN) - losses * (1.0 - MARGIN), np.inf)
