"""The standard normal law and binomial tails with 50 digits, to compare what float64 gives."""

from __future__ import annotations

import mpmath
from scipy.special import ndtri

mp = mpmath.mp.clone()
mp.dps = 50


def phi(z: mpmath.mpf) -> mpmath.mpf:
    return mp.npdf(z)


def cdf(z: mpmath.mpf) -> mpmath.mpf:
    return mp.erfc(-z / mp.sqrt(2)) / 2


def upper_quantile(q: mpmath.mpf) -> mpmath.mpf:
    """``Phi^-1(1 - q)`` for ``0 < q < 1``: Newton steps until the tail is ``q`` to 40 digits."""
    z = mp.mpf(-float(ndtri(float(q))))
    for _ in range(5):
        z += (cdf(-z) - q) / phi(z)
    assert abs(cdf(-z) - q) <= q * mp.mpf(10) ** -40
    return z
