"""Lower bounds ``L(r)`` on the smoothed score at distance ``r``, and the radii where they fall to one half.

All distances ``r`` are in units of sigma. ``L(r)`` bounds ``p(x') = E f(x' + eps)`` from below for every
``x'`` with ``||x' - x|| <= r * sigma`` and every measurable ``f`` with values in [0, 1] that has the
given statistics at ``x``. A radius is the last ``r`` at which ``L(r)`` is above 1/2.

Source: Levine et al., "Tight Second-Order Certificates for Randomized Smoothing" (the paper): first order
(Cohen et al. 2019), second order (the paper's Theorem 1) and dipole (the paper's Theorem 3). ``C^N`` is the
probability that ``x + eps`` hits and ``x - eps`` misses, as in the paper's proof (eq. 74); its statement
(eqs. 8 and 72) prints an expression that is always 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import erf, ndtr, ndtri

from certificates.curves.directed_rounding import (
    LEVEL_MARGIN,
    bisect_last_true,
    down,
    last_radius_above_half,
    up,
)
from certificates.curves.normal_law import cdf, profile, quantile, upper_quantile


class Curve(Protocol):
    """A decreasing lower bound on the smoothed score."""

    def __call__(self, r: float) -> float:
        """Return ``L(r)`` at the distance ``r >= 0``, in units of sigma."""
        ...

    def root(self) -> float:
        """Return a radius in units of sigma, never above the exact root; 0 where ``L(0) <= 1/2``."""
        ...


@dataclass(frozen=True, slots=True)
class FirstOrderCurve:
    """``L(r) = Phi(Phi^-1(p) - r)`` (Cohen et al. 2019).

    ``p`` in [0, 1] is the smoothed score or a lower bound on it; otherwise ValueError.
    """

    p: float

    def __post_init__(self) -> None:
        _check_probability("p", self.p)

    def __call__(self, r: float) -> float:
        """Return ``L(r)``."""
        return cdf(_quantile(self.p) - r)

    def root(self) -> float:
        """Return ``Phi^-1(p)``, a hair lower; infinite for ``p = 1``, 0 for ``p <= 1/2``."""
        return down(_quantile(self.p)) if self.p > 0.5 else 0.0


@dataclass(frozen=True, slots=True)
class SecondOrderCurve:
    """``L(r) = Phi(b - r) - Phi(a - r)``, the slab ``[a, b]`` of the paper's Theorem 1.

    ``p`` in [0, 1] is the smoothed score or a lower bound on it; ``gradient >= 0`` is
    ``G = sigma * ||grad p||`` or an upper bound on it (docs/theorems.md, Theorem 1). Otherwise ValueError. If
    ``G`` is above its ceiling ``phi(Phi^-1(p))``, the ceiling is used, which gives the first-order curve.
    """

    p: float
    gradient: float

    def __post_init__(self) -> None:
        _check_probability("p", self.p)
        if not self.gradient >= 0.0:
            raise ValueError(f"the gradient norm must not be negative or NaN, got {self.gradient}")

    def slab(self) -> tuple[float, float]:
        """Return ``(a, b) = (Phi^-1(a'), Phi^-1(a' + p))`` of the worst-case slab.

        With ``q = 1 - p`` and ``I = phi(Phi^-1(.))``, the equation of the paper's Theorem 1 reads ``I(q - a')
        - I(a') = G``; its left side falls from ``I(q)`` at ``a' = 0`` to 0 at ``q / 2``. The end of the
        bracket with the smaller ``a'`` is returned, because ``L`` increases with ``a'``: ``dL/da' =
        exp(-r^2/2) (exp(b r) - exp(a r)) >= 0``. First, ``G`` is raised by more than the rounding error of
        the left side.
        """
        q = 1.0 - self.p
        ceiling = profile(q)
        target = self.gradient + 1e-13 * ceiling
        if target >= ceiling:
            return -math.inf, _quantile(self.p)
        tail = bisect_last_true(lambda a: profile(q - a) - profile(a) >= target, 0.0, 0.5 * q)
        return quantile(tail), upper_quantile(q - tail)

    def __call__(self, r: float) -> float:
        """Return ``L(r)``."""
        a, b = self.slab()
        return cdf(b - r) - cdf(a - r)

    def root(self) -> float:
        """Return the root; at least the first-order one, infinite for ``p = 1``, 0 for ``p <= 1/2``.

        The bracket is ``[first-order root, b]``: the second order is never below the first, and
        ``L(b) = 1/2 - Phi(a - b) <= 1/2``.
        """
        low = FirstOrderCurve(self.p).root()
        a, b = self.slab()
        if low <= 0.0 or math.isinf(low) or math.isinf(a):
            return low
        return last_radius_above_half(lambda r: cdf(b - r) - cdf(a - r), low, b)


@dataclass(frozen=True, slots=True)
class DipoleCurve:
    """``L(r) = Phi(Phi^-1(C^N) - r) + Phi(z - r) - Phi(-z - r)``, ``z = Phi^-1((1 + C^S) / 2)``.

    This is the paper's Theorem 3. ``c_s`` is the probability that both sides of an antithetic pair hit,
    ``c_n`` that ``x + eps`` hits and ``x - eps`` misses, or lower bounds on them. Raises ValueError unless
    both are in [0, 1] and ``c_s + c_n <= 1``. (True values satisfy ``c_s + 2 c_n <= 1``; a pair of lower
    bounds need not.)
    """

    c_s: float
    c_n: float

    def __post_init__(self) -> None:
        _check_probability("c_s", self.c_s)
        _check_probability("c_n", self.c_n)
        if self.c_s + self.c_n > 1.0:
            raise ValueError(f"c_s + c_n must not exceed 1, got {self.c_s} + {self.c_n}")

    def __call__(self, r: float) -> float:
        """Return ``L(r)``."""
        return _dipole(_quantile(self.c_n), upper_quantile(0.5 * (1.0 - self.c_s)), r)

    def root(self) -> float:
        """Return the root; infinite for ``c_s = 1`` or ``c_n = 1``, 0 where ``c_s + c_n <= 1/2``."""
        if self.c_s == 1.0 or self.c_n == 1.0:
            return math.inf
        y, z = _quantile(self.c_n), upper_quantile(0.5 * (1.0 - self.c_s))
        if _dipole(y, z, 0.0) < 0.5 + LEVEL_MARGIN:
            return 0.0
        high = 1.0
        while _dipole(y, z, high) >= 0.5 + LEVEL_MARGIN:
            high *= 2.0
        return last_radius_above_half(lambda r: _dipole(y, z, r), 0.0, high)


def first_order_radius(p: float, sigma: float) -> float:
    """Return the first-order radius ``sigma * Phi^-1(p)``, in the unit of ``sigma``.

    0 for ``p <= 1/2``, infinite for ``p = 1``. ValueError if ``p`` is outside [0, 1] or ``sigma`` is not
    positive and finite. (Cohen et al. 2019.)
    """
    return down(check_sigma(sigma) * FirstOrderCurve(p).root())


def second_order_radius(p: float, gradient_norm: float, sigma: float) -> float:
    """Return the radius of the paper's Theorem 1, in the unit of ``sigma``.

    ``gradient_norm`` is ``||grad p||`` per that unit. It is sound for any lower bound on ``p`` and any upper
    bound on the norm (docs/theorems.md, Theorem 1). A norm above its ceiling ``phi(Phi^-1(p)) / sigma`` gives
    the first-order radius. 0 for ``p <= 1/2``, infinite for ``p = 1``. ValueError if an argument is out of
    range.
    """
    gradient = up(check_sigma(sigma) * gradient_norm)
    return down(sigma * SecondOrderCurve(p, gradient).root())


def dipole_radius(c_s: float, c_n: float, sigma: float) -> float:
    """Return the radius of the paper's Theorem 3, in the unit of ``sigma``.

    It is sound for any lower bounds on ``C^S`` and ``C^N``. 0 for ``c_s + c_n <= 1/2``, infinite for
    ``c_s = 1``. ValueError if an argument is out of range or ``c_s + c_n > 1``.
    """
    return down(check_sigma(sigma) * DipoleCurve(c_s, c_n).root())


def dipole_edge(r: ArrayLike, z: ArrayLike) -> NDArray[np.float64]:
    """Return the ``C^N`` at which the dipole curve with half-width ``z`` crosses 1/2 exactly at ``r``.

    ``z = Phi^-1((1 + C^S) / 2) >= 0`` and ``r >= 0`` are in units of sigma and broadcast. The edge is ``c =
    Phi(r + Phi^-1(1/2 - [Phi(z - r) - Phi(-z - r)]))``; it is 0 once the slab alone holds 1/2. The argument
    of ``Phi^-1`` is computed as ``Phi(-z - r) - erf((z - r) / sqrt 2) / 2``, whose absolute error stays below
    1e-16 near that end. The result is not rounded to either side.
    """
    distance, width = np.asarray(r, dtype=np.float64), np.asarray(z, dtype=np.float64)
    missing = ndtr(-width - distance) - 0.5 * erf((width - distance) * math.sqrt(0.5))
    return np.asarray(ndtr(distance + ndtri(np.minimum(np.maximum(missing, 0.0), 0.5))), dtype=np.float64)


def check_sigma(sigma: float) -> float:
    """Return ``sigma``; ValueError unless it is positive and finite."""
    if not 0.0 < sigma < math.inf:
        raise ValueError(f"sigma must be positive and finite, got {sigma}")
    return sigma


def _check_probability(name: str, value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{name} must be in [0, 1], got {value}")


def _quantile(p: float) -> float:
    return quantile(p) if p <= 0.5 else upper_quantile(1.0 - p)


def _dipole(y: float, z: float, r: float) -> float:
    return cdf(y - r) + cdf(z - r) - cdf(-z - r)
