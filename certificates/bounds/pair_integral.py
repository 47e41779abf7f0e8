"""What all gradient bounds from pairs share: their Gaussian integral, and the search for the best parameter.

Proof: docs/theorems.md, Theorem 17 (the integral) and docs/theorems.md, Lemma 19 (what replacement leaves).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from certificates.curves.directed_rounding import up

Array = NDArray[np.float64]

MARGIN = 1e-11
"""Relative allowance for rounding, thousands of times the error of a few float64 operations."""

SMALL_REMAINDER = -5.0
"""Logarithm of the ``rho`` at which slopes are tried. A choice: it adds ``e^-5`` to ``ln(1/alpha)``."""

_POINTS = 97
_PASSES = 3


def growth(y: Array, n: int) -> Array:
    """Return ``k(y) = -ln(1 + y) - (n - 1) ln(1 - y/(n - 1))``, rounded up, for ``0 <= y <= (n - 1)/2``."""
    rounding = 2e-15 * y
    return -np.log1p(y) - (n - 1.0) * np.log1p(-y / (n - 1.0)) + rounding


def added_remainder(log_remainder: Array) -> Array:
    """Return ``ln(1 + R)``, rounded up, from ``ln R``; infinite where ``R`` is 1 or more."""
    small = np.log1p(np.exp(np.minimum(log_remainder, 0.0))) * (1.0 + MARGIN)
    return np.where(log_remainder < 0.0, small, np.inf)


def least(bound: Callable[[Array], Array], low: float, high: float) -> float:
    """Return the smallest value found of a bound that is valid at every parameter from ``low`` to ``high``.

    Each pass tries points that are evenly spaced in the logarithm, around the best one of the pass before.
    Infinite where ``low >= high``.
    """
    if not low < high:
        return math.inf
    first, last = math.log(low), math.log(high)
    begin, end, best = first, last, math.inf
    for _ in range(_PASSES):
        values = bound(np.exp(np.linspace(begin, end, _POINTS)))
        i = int(np.argmin(values))
        best = min(best, float(values[i]))
        step = (end - begin) / (_POINTS - 1)
        centre = begin + i * step
        begin, end = max(centre - 2.0 * step, first), min(centre + 2.0 * step, last)
    return best


def norm_upper(squared: float, sigma: float, ceiling: float) -> float:
    """Return ``sqrt(squared) / sigma``, rounded up, at most ``ceiling``; 0 for a negative square."""
    return min(up(up(math.sqrt(max(squared, 0.0))) / sigma), ceiling)
