"""A lower bound on the gradient norm of the smoothed score, from all pairs of samples.

Proof: docs/theorems.md, section 8 (the upper tail of the mean of all pairs). It certifies nothing: a larger
gradient gives a smaller radius, and a job that may give up asks how large a radius can still become.
"""

from __future__ import annotations

import math

import numpy as np

from certificates.bounds.error_probability import check_error
from certificates.bounds.slope_proxy import MISSES_PROXY, PROXY_VARIANCE
from certificates.counts.all_pairs import AllPairsMean
from certificates.counts.exact_sums import GRID
from certificates.kinds import Weights

_TRIALS = np.exp(np.linspace(-24.0, -1e-6, 1025))


def gradient_norm_lower(mean: AllPairsMean, sigma: float, alpha: float) -> float:
    """Return a lower bound on ``||grad p||`` per unit of input, with confidence ``1 - alpha``.

    With ``m = (sigma ||grad p||)^2``, ``P(U >= m/(1 - x) + c_x) <= alpha`` for every ``x`` in (0, 1), ``c_x =
    (2 tau2/(x n)) (ln(1/alpha) - (d/2) (ln(1 - x) + (n - 1) ln(1 + x/(n - 1))))``. So the largest ``(1 - x)
    (U - c_x)`` is a bound: for each ``x`` it fails only if ``U`` is above a threshold. ``U`` is taken as
    small as its rounding allows. 0 for fewer than two samples. ValueError unless ``0 < alpha < 1``.
    """
    check_error("alpha", alpha)
    if mean.n < 2:
        return 0.0
    proxy = PROXY_VARIANCE if mean.weights is Weights.SCORES else MISSES_PROXY
    others = mean.n - 1.0
    u_lower = mean.mean - mean.error - (2 * mean.d + 1) / GRID / others
    x = _TRIALS
    grown = np.log1p(-x) + others * np.log1p(x / others)
    noise = 2.0 * proxy / (x * mean.n) * (-math.log(alpha) - 0.5 * mean.d * grown)
    squared = float(np.max((1.0 - x) * (u_lower - noise * (1.0 + 1e-9))))
    return math.sqrt(max(squared, 0.0)) * (1.0 - 1e-9) / sigma
