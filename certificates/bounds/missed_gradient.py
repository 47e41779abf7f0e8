"""An upper bound on the gradient norm from the samples that miss, for scores near 1."""

from __future__ import annotations

import math

from certificates.bounds.all_pairs_gradient import least_bound
from certificates.bounds.error_probability import check_error
from certificates.bounds.pair_statistic import PairStatistic
from certificates.curves.directed_rounding import up
from certificates.curves.lower_bounds import check_sigma
from certificates.curves.normal_law import profile

MISSES_PROXY = 1.28638
"""Sub-Gaussian variance proxy of ``(1 - f) (u . g)``, rounded up: ``(1/2 + sqrt(PROXY_VARIANCE))^2``."""


def gradient_norm_upper_misses(
    statistic: PairStatistic, d: int, sigma: float, alpha: float, miss_upper: float
) -> float:
    """Return an upper bound on ``||grad p||`` per unit of input, with confidence ``1 - alpha``.

    ``statistic``: of the vectors ``(1 - f) g``; ``d``: input elements; ``miss_upper``: an upper bound on the
    probability of a miss, which may come from the same samples. The bound holds whenever ``miss_upper`` does.
    It never exceeds ``phi(Phi^-1(q)) / sigma`` at ``q = min(miss_upper, 1/2)``. For a rare class ``c`` of a
    multi-class certificate, its votes take the place of misses. ValueError if an argument is out of range.
    """
    check_error("alpha", alpha)
    if d < 1:
        raise ValueError(f"d must be positive, got {d}")
    if not 0.0 <= miss_upper <= 1.0:
        raise ValueError(f"miss_upper must be in [0, 1], got {miss_upper}")
    ceiling = up(profile(min(miss_upper, 0.5)) / check_sigma(sigma))
    if statistic.samples < 2:
        return ceiling
    squared = least_bound(statistic, MISSES_PROXY, d, -math.log(alpha))
    return min(up(up(math.sqrt(max(squared, 0.0))) / sigma), ceiling)
