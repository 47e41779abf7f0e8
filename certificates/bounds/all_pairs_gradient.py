"""An upper bound on the gradient norm from all pairs of centred samples. Its error is of order sqrt(d)/N.

Proof: docs/theorems.md, Theorem 17 (every slope) and docs/theorems.md, Theorem 21 (small slopes).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from certificates.bounds.error_probability import check_error
from certificates.bounds.gradient_ceiling import gradient_norm_ceiling
from certificates.bounds.pair_integral import (
    MARGIN,
    SMALL_REMAINDER,
    added_remainder,
    growth,
    least,
    norm_upper,
)
from certificates.bounds.pair_statistic import PairStatistic
from certificates.bounds.slope_proxy import PROXY_VARIANCE, proxy_variance
from certificates.curves.directed_rounding import up

Array = NDArray[np.float64]

_SMALLEST_X = 1e-12
_ROUNDS = 3
"""How often ``_slope`` computes slopes, each time with the proxy at the slopes before. A choice."""


def gradient_norm_upper_all_pairs(
    statistic: PairStatistic, d: int, sigma: float, alpha: float, p_lower: float
) -> float:
    """Return an upper bound on ``||grad p||`` per unit of input, with confidence ``1 - alpha``.

    ``statistic``: of the vectors ``(f - 1/2) g``; ``d``: input elements; ``p_lower``: a lower bound on the
    score, which may come from the same samples: the bound holds whenever ``p_lower`` does. The result is at
    most ``phi(Phi^-1(p)) / sigma`` at ``p = max(p_lower, 1/2)``. ValueError if an argument is out of range.
    """
    check_error("alpha", alpha)
    if d < 1:
        raise ValueError(f"d must be positive, got {d}")
    ceiling = gradient_norm_ceiling(p_lower, sigma)
    if statistic.samples < 2:
        return ceiling
    largest = up(gradient_norm_ceiling(p_lower, 1.0))
    return norm_upper(squared_norm_upper(statistic, d, alpha, largest), sigma, ceiling)


def squared_norm_upper(statistic: PairStatistic, d: int, alpha: float, largest: float) -> float:
    """Return an upper bound on ``G^2`` from two or more samples; ``largest``: an upper bound on ``G``.

    It is the smaller one of two bounds that hold at every ``x`` at once, so ``x`` may depend on ``U``.
    """

    def small_slopes(x: Array) -> Array:
        slope = _slope(x, statistic.samples, d, largest)
        return _bound_at_slope(statistic, d, -math.log(alpha), largest, x, slope)

    small = least(small_slopes, _SMALLEST_X, 0.5 * (statistic.samples - 1))
    return min(small, squared_norm_upper_at_every_slope(statistic, d, alpha))


def squared_norm_upper_at_every_slope(statistic: PairStatistic, d: int, alpha: float) -> float:
    """Return the upper bound on ``G^2`` of docs/theorems.md, Theorem 17 alone, from two or more samples."""

    def every_slope(x: Array) -> Array:
        return _bound(statistic, d, x, np.full_like(x, PROXY_VARIANCE), np.full_like(x, -math.log(alpha)))

    return least(every_slope, _SMALLEST_X, 0.5 * (statistic.samples - 1))


def _bound(statistic: PairStatistic, d: int, x: Array, proxy: Array, log_term: Array) -> Array:
    """Return ``(1 + x) (U + 2 proxy/(x N) (log_term + d k(x)/2))``, rounded up."""
    n, u = statistic.samples, statistic.u_upper
    noise = 2.0 * proxy / (x * n) * (log_term + 0.5 * d * growth(x, n))
    return (1.0 + x) * (u + noise + MARGIN * (abs(u) + noise))


def _bound_at_slope(
    statistic: PairStatistic, d: int, log_term: float, largest: float, x: Array, slope: Array
) -> Array:
    """Return the bound of docs/theorems.md, Theorem 21 at ``x`` and ``l0``, rounded up; or infinity."""
    proxy = proxy_variance(slope)
    remainder = added_remainder(_log_remainder(x, slope, proxy, statistic.samples, d, largest))
    return _bound(statistic, d, x, proxy, log_term + remainder)


def _slope(x: Array, n: int, d: int, largest: float) -> Array:
    """Return a slope ``l0`` for each ``x``, at which ``rho`` is about ``exp(SMALL_REMAINDER)``.

    Any slope gives a valid bound, since ``_log_remainder`` bounds ``rho`` at the slope that is used.
    """
    slope, square = np.zeros_like(x), largest * largest
    for _ in range(_ROUNDS):
        theta = x / (2.0 * proxy_variance(slope) * (n - 1.0))
        means = n * theta * square * (2.0 + n / (1.0 + x))
        needed = math.log(n) - SMALL_REMAINDER + 0.5 * d * np.log1p(x) + means
        curvature = np.maximum(0.25 / theta - 0.5 * PROXY_VARIANCE, 1e-6)
        slope = (largest + np.sqrt(square + 4.0 * curvature * needed)) / (2.0 * curvature)
    return slope


def _log_remainder(x: Array, slope: Array, proxy: Array, n: int, d: int, largest: float) -> Array:
    """Return ``ln(rho)`` of docs/theorems.md, Theorem 21 at ``c = largest``, rounded up; or infinity."""
    theta = x / (2.0 * proxy * (n - 1.0))
    square = largest * largest
    curvature = 0.25 / theta * (1.0 - MARGIN) - 0.5 * PROXY_VARIANCE
    gains = (
        math.log(n)
        + 0.5 * d * np.log1p(x)
        + slope * largest
        + (n - 1.0) * theta * square * (1.0 / (1.0 - x / (n - 1.0)) + n / (1.0 + x))
    )
    falls = (curvature > 0.0) & (2.0 * curvature * slope >= largest * (1.0 + MARGIN))
    remainder = gains * (1.0 + MARGIN) - slope * slope * curvature * (1.0 - MARGIN)
    return np.where(falls, remainder, np.inf)
