"""Confidence bounds of the paper: Clopper-Pearson, and the paired gradient statistic (Theorem 2)."""

from __future__ import annotations

import math

from scipy.special import betainc, betaincc, betainccinv, betaincinv

from certificates.curves.directed_rounding import up
from certificates.curves.lower_bounds import check_sigma
from certificates.curves.normal_law import profile

_INVERSE_MARGIN = 1e-7
"""Relative allowance, taken off alpha, for SciPy's inverse of the incomplete beta function (off by 2e-8)."""

_TAIL_MARGIN = 1e-9
"""The same for the function itself, by which every bound is checked (off by 2e-11 up to n = 1e9)."""


def clopper_pearson_lower(hits: int, n: int, alpha: float) -> float:
    """Return a lower bound on a probability that holds with confidence ``1 - alpha``, rounded down.

    It is the ``p`` at which ``P(Binomial(n, p) >= hits) = alpha`` (Clopper and Pearson 1934), one-sided.
    0 for ``hits = 0``; always below 1. ValueError unless ``0 <= hits <= n`` and ``0 < alpha < 1``.
    """
    _check_binomial(hits, n, alpha)
    if hits == 0:
        return 0.0
    if 2 * hits > n and (miss := _upper(n - hits, n, alpha)) <= 0.5:
        return math.nextafter(1.0 - miss, 0.0)
    x = float(betaincinv(hits, n - hits + 1, alpha * (1.0 - _INVERSE_MARGIN)))
    step = 1e-15
    while betainc(hits, n - hits + 1, x) > alpha * (1.0 - _TAIL_MARGIN):
        x *= 1.0 - step
        step *= 2.0
    return x


def clopper_pearson_upper(hits: int, n: int, alpha: float) -> float:
    """Return an upper bound on a probability that holds with confidence ``1 - alpha``, rounded up.

    It is one minus the lower bound for the misses. 1 for ``hits = n``; always above 0.
    ValueError unless ``0 <= hits <= n`` and ``0 < alpha < 1``.
    """
    _check_binomial(hits, n, alpha)
    if 2 * hits > n:
        return math.nextafter(1.0 - clopper_pearson_lower(n - hits, n, alpha), 1.0)
    return _upper(hits, n, alpha)


def gradient_norm_ceiling(p_lower: float, sigma: float) -> float:
    """Return ``phi(Phi^-1(p)) / sigma`` at ``p = max(p_lower, 1/2)``, rounded up.

    No smoothed score of at least ``p`` has a larger gradient norm (eq. 1 of the paper); a score below
    1/2 is never certified, so the ceiling is taken no lower than there. ValueError if out of range.
    """
    if not 0.0 <= p_lower <= 1.0:
        raise ValueError(f"p_lower must be in [0, 1], got {p_lower}")
    return up(profile(1.0 - max(p_lower, 0.5)) / check_sigma(sigma))


def gradient_norm_upper_paired(
    estimate_squared: float, pairs: int, d: int, sigma: float, alpha: float, p_lower: float
) -> float:
    """Return an upper bound on ``||grad p||`` per unit of input, with confidence ``1 - alpha`` (Theorem 2).

    ``estimate_squared``: the mean over ``pairs`` disjoint pairs of independent samples of
    ``(eps . eps') f(x + eps) f(x + eps') / sigma^4``, an unbiased estimate of ``||grad p||^2``;
    ``d``: number of input elements. With ``l = ln(1 / alpha)``, ``sigma^2`` times the mean exceeds its
    expectation less ``t`` with the stated confidence, where ``t = 4 sqrt(d l / pairs)`` if
    ``2 l <= d * pairs`` and ``t = 4 sqrt(2) l / pairs`` otherwise (eqs. 70 and 71, in unit noise).

    The result never exceeds ``gradient_norm_ceiling(p_lower, sigma)``, which is what no pairs give. The
    paper's text calls for a lower bound on the norm (section 3.1); an upper one is what the certificate
    needs. ValueError if an argument is out of range.
    """
    _check_alpha(alpha)
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


def _upper(hits: int, n: int, alpha: float) -> float:
    """Upper bound for ``2 * hits <= n``, where the bound itself (not its complement) keeps its digits."""
    if n == 0:
        return 1.0
    if hits == 0:
        return min(1.0, up(-math.expm1(math.log(alpha) / n)))
    x = float(betainccinv(hits + 1, n - hits, alpha * (1.0 - _INVERSE_MARGIN)))
    step = 1e-15
    while betaincc(hits + 1, n - hits, x) > alpha * (1.0 - _TAIL_MARGIN):
        x = min(1.0, x * (1.0 + step))
        step *= 2.0
    return x


def _check_binomial(hits: int, n: int, alpha: float) -> None:
    if not 0 <= hits <= n:
        raise ValueError(f"hits must be between 0 and n, got {hits} of {n}")
    _check_alpha(alpha)


def _check_alpha(alpha: float) -> None:
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"alpha must be strictly between 0 and 1, got {alpha}")
