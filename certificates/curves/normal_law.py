"""The standard normal law, in the forms that keep precision in the tails.

Probabilities above one half enter as their complement: ``upper_quantile(1 - p)`` instead of
``quantile(p)``. For a float ``p >= 1/2`` the difference ``1 - p`` is exact, so nothing is lost on the way.
"""

from __future__ import annotations

import math

from scipy.special import ndtri

_SQRT_HALF = math.sqrt(0.5)
_DENSITY_AT_ZERO = 1.0 / math.sqrt(2.0 * math.pi)


def cdf(z: float) -> float:
    """Return ``Phi(z)``; accurate in the lower tail, and 0 or 1 at infinity."""
    return 0.5 * math.erfc(-z * _SQRT_HALF)


def density(z: float) -> float:
    """Return ``phi(z)``; 0 at infinity."""
    return _DENSITY_AT_ZERO * math.exp(-0.5 * z * z)


def quantile(p: float) -> float:
    """Return ``Phi^-1(p)`` for ``0 <= p <= 1``, infinite at the ends; meant for ``p <= 1/2``."""
    return float(ndtri(p))


def upper_quantile(q: float) -> float:
    """Return ``Phi^-1(1 - q)`` without forming ``1 - q``."""
    return -float(ndtri(q))


def profile(q: float) -> float:
    """Return ``phi(Phi^-1(q))``, symmetric about 1/2 and 0 at both ends.

    It is the largest ``sigma * ||grad p||`` that a smoothed score ``p = q`` or ``p = 1 - q`` can have.
    """
    return density(quantile(q))
