"""The gradient bounds from pairs, computed a second time by slow and general means.

Every number is found by numerical integration or by optimisation over a grid, straight from the statements in
docs/theorems.md; nothing of ``certificates/bounds`` is used.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.stats import norm

Array = NDArray[np.float64]
ALL_SLOPES = 0.40219
ALL_SLOPES_OF_MISSES = 1.28638


def density(z: float) -> float:
    """The standard normal density; SciPy's takes a hundred times as long for one number."""
    return math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)


def tau2(slope: float) -> float:
    """The proxy of docs/theorems.md, Lemma 20."""
    return min(ALL_SLOPES, 0.2501 + 0.0463 * slope + 0.0045 * slope * slope)


def growth(y: float, n: int) -> float:
    """``k(y)`` from the eigenvalues of ``11' - I``."""
    return -math.log1p(y) - (n - 1) * math.log1p(-y / (n - 1))


def all_pairs(x: float, u: float, n: int, d: int, alpha: float) -> float:
    """The bound of docs/theorems.md, Theorem 17 at ``x``."""
    noise = 2.0 * ALL_SLOPES / (x * n) * (math.log(1.0 / alpha) + 0.5 * d * growth(x, n))
    return (1.0 + x) * (u + noise)


def small_slopes(x: float, slope: float, u: float, n: int, d: int, alpha: float, largest: float) -> float:
    """The bound of docs/theorems.md, Theorem 21 at ``x`` and ``l0``; infinite where it says nothing."""
    t = tau2(slope)
    theta = x / (2.0 * t * (n - 1))
    fall = 1.0 / (4.0 * theta) - ALL_SLOPES / 2.0
    if fall < largest / (2.0 * slope):
        return math.inf
    log_main = -theta * n * (n - 1) * largest**2 / (1.0 + x) + 0.5 * d * growth(x, n)
    kept = 1.0 - 2.0 * theta * t
    log_each = -0.5 * d * math.log(kept) + theta * largest**2 / kept
    log_left = math.log(n) + (n - 1) * log_each + slope * largest - slope**2 * fall
    if log_left > log_main + 20.0:
        return math.inf
    left = math.log1p(math.exp(log_left - log_main))
    noise = 2.0 * t / (x * n) * (math.log(1.0 / alpha) + left + 0.5 * d * growth(x, n))
    return (1.0 + x) * (u + noise)


@lru_cache
def far_end(slope: float, q: float) -> float:
    """``r(l)`` by numerical integration."""

    def rest(z: float) -> float:
        y = slope * z
        series = sum(y**k / math.factorial(k) for k in range(3, 30))
        return (series if y < 1.0 else math.exp(y) - 1.0 - y - 0.5 * y * y) * density(z)

    start = max(float(norm.isf(q)), 0.0)
    return 2.0 * quad(rest, start, start + 12.0 + slope, limit=200, epsabs=0.0)[0] / (q * slope**2)


@lru_cache
def largest_second_moment(q: float) -> float:
    """The largest second moment of a law with density at most ``1/q``, by numerical integration."""
    edge = float(norm.isf(q / 2.0))
    return 2.0 * quad(lambda z: z * z * density(z), edge, edge + 30.0, epsabs=0.0)[0] / q


@lru_cache
def mean_square(q: float, d: int) -> tuple[float, float]:
    """``T`` and its ``lambda``, by minimisation."""

    def size(log_tilt: float) -> float:
        tilt = math.exp(log_tilt)
        return (math.log(1.0 / q) - 0.5 * d * math.log1p(-2.0 * tilt)) / tilt

    found = minimize_scalar(
        size, bounds=(-16.0, math.log(0.4999)), method="bounded", options={"xatol": 1e-10}
    )
    return float(found.fun), math.exp(float(found.x))


def penalty(x: float, r: float, q: float, n: int, d: int) -> float:
    """The least ``2 t ln(1/q) + d max h`` over multipliers ``t``, the maximum taken on a fine grid."""
    top = largest_second_moment(q)
    s = np.concatenate(
        [np.exp(np.linspace(-6.0, math.log(top), 4001)), 1.0 + np.geomspace(1e-6, top - 1.0, 4001)]
    )
    y = x * (s + r)
    grown = -np.log1p(y) - (n - 1) * np.log1p(-y / (n - 1))
    entropy = s - 1.0 - np.log(s)

    def dual(log_t: float) -> float:
        t = math.exp(log_t)
        return float(2.0 * t * math.log(1.0 / q) + d * np.max(grown - t * entropy))

    starts = np.linspace(-40.0, 25.0, 131)
    best = starts[int(np.argmin([dual(start) for start in starts]))]
    found = minimize_scalar(dual, bounds=(best - 0.6, best + 0.6), method="bounded", options={"xatol": 1e-9})
    return min(float(found.fun), float(d * grown.max()))


def misses(x: float, slope: float, u: float, n: int, d: int, alpha: float, q: float) -> float:
    """The bound of docs/theorems.md, Theorem 24 at ``x`` and ``l0``; infinite where it says nothing."""
    theta = x / (2.0 * q * (n - 1))
    r, largest = far_end(slope, q), density(float(norm.isf(min(q, 0.5))))
    y = x * (largest_second_moment(q) + r)
    size, tilt = mean_square(q, d)
    fall = 1.0 / (4.0 * theta) - ALL_SLOPES_OF_MISSES / 2.0
    if y >= n - 1 or theta > tilt or fall < largest / (2.0 * slope) or theta * size > 50.0:
        return math.inf
    pen = penalty(x, r, q, n, d)
    of_normal = theta * (q * (size + d * r) + largest**2) / (1.0 - y / (n - 1))
    log_left = (
        math.log(n)
        + (n - 1) * max(q * math.expm1(theta * size), of_normal)
        + slope * largest
        - slope**2 * fall
    )
    log_main = -theta * n * (n - 1) * largest**2 / (1.0 + y) + 0.5 * pen
    if log_left > log_main + 20.0:
        return math.inf
    left = math.log1p(math.exp(log_left - log_main))
    noise = 2.0 * q / (x * n) * (math.log(1.0 / alpha) + left + 0.5 * pen)
    return (1.0 + y) * (u + noise)
