"""Clopper-Pearson bounds: confidence bounds on one probability, from hits among independent samples."""

from __future__ import annotations

import math

from scipy.special import betainc, betaincc, betainccinv, betaincinv

from certificates.bounds.error_probability import check_error
from certificates.curves.directed_rounding import up

_INVERSE_MARGIN = 1e-7
"""Relative allowance, subtracted from alpha, for SciPy's inverse incomplete beta function (error 2e-8)."""

_TAIL_MARGIN = 1e-9
"""The same for the function itself, which checks every bound (error 2e-11 up to n = 1e9)."""


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


def _upper(hits: int, n: int, alpha: float) -> float:
    """Return the upper bound for ``2 * hits <= n``. The bound, not its complement, keeps all its digits."""
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
    check_error("alpha", alpha)
