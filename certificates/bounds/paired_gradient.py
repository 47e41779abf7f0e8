"""The upper bound on the gradient norm of the paper's Theorem 2, from products over pairs of samples."""

from __future__ import annotations

import math

from certificates.bounds.error_probability import check_error
from certificates.bounds.gradient_ceiling import gradient_norm_ceiling
from certificates.curves.directed_rounding import up


def gradient_norm_upper_paired(
    estimate_squared: float, pairs: int, d: int, sigma: float, alpha: float, p_lower: float
) -> float:
    """Return an upper bound on ``||grad p||`` per unit of input, with confidence ``1 - alpha``.

    This is the paper's Theorem 2.

    ``estimate_squared``: the mean over ``pairs`` disjoint pairs of independent samples of
    ``(eps . eps') f(x + eps) f(x + eps') / sigma^4``, an unbiased estimate of ``||grad p||^2``;
    ``d``: number of input elements. With ``l = ln(1 / alpha)``, ``sigma^2`` times the mean exceeds its
    expectation less ``t`` with the stated confidence, where ``t = 4 sqrt(d l / pairs)`` if
    ``2 l <= d * pairs`` and ``t = 4 sqrt(2) l / pairs`` otherwise (eqs. 70 and 71, in unit noise).

    The result never exceeds ``gradient_norm_ceiling(p_lower, sigma)``, which is what no pairs give. The
    paper's text calls for a lower bound on the norm (section 3.1); an upper one is what the certificate
    needs. ValueError if an argument is out of range.
    """
    check_error("alpha", alpha)
    if pairs < 0 or d < 1:
        raise ValueError(f"pairs must not be negative and d must be positive, got {pairs} and {d}")
    if not math.isfinite(estimate_squared):
        raise ValueError(f"the estimate of the squared gradient norm must be finite, got {estimate_squared}")
    ceiling = gradient_norm_ceiling(p_lower, sigma)
    if pairs == 0:
        return ceiling
    log_term = -math.log(alpha)
    if 2.0 * log_term <= d * pairs:
        deviation = 4.0 * math.sqrt(d * log_term / pairs)
    else:
        deviation = 4.0 * math.sqrt(2.0) * log_term / pairs
    estimate = estimate_squared * sigma * sigma
    squared = estimate + deviation + 1e-14 * (abs(estimate) + deviation)
    return min(up(math.sqrt(max(squared, 0.0)) / sigma), ceiling)
