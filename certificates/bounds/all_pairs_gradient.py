"""An upper bound on the gradient norm from all pairs of centred samples. Its error is of order sqrt(d)/N.

Proof: docs/theorems.md, Theorem 17.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from certificates.bounds.error_probability import check_error
from certificates.bounds.gradient_ceiling import gradient_norm_ceiling
from certificates.bounds.pair_statistic import PairStatistic
from certificates.bounds.split_gradient import PROXY_VARIANCE
from certificates.curves.directed_rounding import up

Array = NDArray[np.float64]

_MARGIN = 1e-12
"""Relative allowance for the rounding of one trial's terms, some hundred times their error."""


def gradient_norm_upper_all_pairs(
    statistic: PairStatistic, d: int, sigma: float, alpha: float, p_lower: float
) -> float:
    """Return an upper bound on ``||grad p||`` per unit of input, with confidence ``1 - alpha``.

    ``statistic``: of the vectors ``(f - 1/2) g``; ``d``: input elements; ``p_lower``: a lower bound on the
    score, for the ceiling ``phi(Phi^-1(p)) / sigma`` at ``p = max(p_lower, 1/2)``, which the result never
    exceeds. ValueError if an argument is out of range.
    """
    check_error("alpha", alpha)
    if d < 1:
        raise ValueError(f"d must be positive, got {d}")
    ceiling = gradient_norm_ceiling(p_lower, sigma)
    if statistic.samples < 2:
        return ceiling
    squared = least_bound(statistic, PROXY_VARIANCE, d, -math.log(alpha))
    return min(up(up(math.sqrt(max(squared, 0.0))) / sigma), ceiling)


def least_bound(statistic: PairStatistic, proxy: float, d: int, log_term: float) -> float:
    """Return the smallest bound of three passes of trials. Each trial is a valid bound, rounded up."""
    n, u = statistic.samples, statistic.u_upper
    low, high = -27.0, math.log(0.5 * (n - 1.0))
    best = math.inf
    for _ in range(3):
        x: Array = np.exp(np.linspace(low, high, 257))
        growth = -0.5 * d * (np.log1p(x) + (n - 1.0) * np.log1p(-x / (n - 1.0)))
        rounding = 1e-15 * d * x
        noise = 2.0 * proxy / (x * n) * (log_term + growth + rounding)
        bound = (1.0 + x) * (u + noise) + _MARGIN * (1.0 + x) * (abs(u) + noise)
        i = int(np.argmin(bound))
        best = min(best, float(bound[i]))
        step = (high - low) / 256.0
        low, high = low + (i - 1) * step, min(low + (i + 1) * step, high)
    return best
