"""Classifiers whose smoothed score, gradient, pair probabilities and true radius are known exactly.

The point under certification is the origin. Every classifier answers ``votes(x)`` for an array of points
of shape (n, d) and carries the exact answers for Gaussian noise of standard deviation ``sigma``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri
from scipy.stats import chi2, ncx2

Votes = NDArray[np.bool_]
Points = NDArray[np.float64]
INF = math.inf


class KnownClassifier(Protocol):
    """What a coverage test needs to know. Lengths are in units of input."""

    @property
    def d(self) -> int: ...
    @property
    def sigma(self) -> float: ...
    @property
    def gradient(self) -> float:
        """``||grad p||`` at the origin, per unit of input."""
        ...

    @property
    def c_s(self) -> float: ...
    @property
    def c_n(self) -> float: ...
    @property
    def true_radius(self) -> float:
        """Distance to the nearest point whose smoothed score is at most 1/2; 0 if the origin is one."""
        ...

    def votes(self, x: Points) -> Votes: ...
    def p(self, rho: float) -> float:
        """Smallest smoothed score at distance exactly ``rho``."""
        ...


@dataclass(frozen=True)
class Intervals:
    """Hits where ``x[0] / sigma`` lies in one of several disjoint intervals, given in increasing order."""

    d: int
    sigma: float
    intervals: tuple[tuple[float, float], ...]

    def votes(self, x: Points) -> Votes:
        z = x[:, 0] / self.sigma
        return np.asarray(np.logical_or.reduce([(a <= z) & (z <= b) for a, b in self.intervals]))

    def along(self, r: float) -> float:
        """Smoothed score at the signed distance ``r * sigma`` along the first axis."""
        return math.fsum(_mass(a - r, b - r) for a, b in self.intervals)

    def p(self, rho: float) -> float:
        """The score depends on the first coordinate alone: ``[-rho, rho]`` is all that ``rho`` reaches."""
        if rho == 0.0:
            return self.along(0.0)
        grid = np.linspace(-rho / self.sigma, rho / self.sigma, 2001)
        return min(self.along(float(r)) for r in grid)

    @cached_property
    def gradient(self) -> float:
        return abs(math.fsum(_density(a) - _density(b) for a, b in self.intervals)) / self.sigma

    @cached_property
    def c_s(self) -> float:
        mirrored = [(-b, -a) for a, b in self.intervals]
        return math.fsum(
            _mass(max(a, c), min(b, e))
            for a, b in self.intervals
            for c, e in mirrored
            if max(a, c) < min(b, e)
        )

    @cached_property
    def c_n(self) -> float:
        return max(0.0, self.along(0.0) - self.c_s)

    @cached_property
    def true_radius(self) -> float:
        return self.sigma * min(self._first_crossing(1.0), self._first_crossing(-1.0))

    def _first_crossing(self, sign: float) -> float:
        if self.along(0.0) <= 0.5:
            return 0.0
        step = 0.01
        for k in range(1, 1500):
            if self.along(sign * k * step) <= 0.5:
                return float(
                    brentq(lambda r: self.along(sign * r) - 0.5, (k - 1) * step, k * step, xtol=1e-14)
                )
        return INF


@dataclass(frozen=True)
class Ball:
    """Hits within ``radius * sigma`` of the origin; the score is a noncentral chi-square cdf."""

    d: int
    sigma: float
    radius: float

    def votes(self, x: Points) -> Votes:
        return np.asarray(np.einsum("ij,ij->i", x, x) <= (self.radius * self.sigma) ** 2)

    def p(self, rho: float) -> float:
        r = rho / self.sigma
        if r == 0.0:
            return float(chi2.cdf(self.radius**2, self.d))
        return float(ncx2.cdf(self.radius**2, self.d, r * r))

    gradient = 0.0
    c_n = 0.0

    @cached_property
    def c_s(self) -> float:
        return self.p(0.0)

    @cached_property
    def true_radius(self) -> float:
        if self.p(0.0) <= 0.5:
            return 0.0
        return float(brentq(lambda rho: self.p(rho) - 0.5, 0.0, self.sigma * (self.radius + 1.0), xtol=1e-13))


def half_space(d: int, sigma: float, p: float) -> Intervals:
    """Score ``p``: the worst case of the first-order certificate."""
    return Intervals(d, sigma, ((-INF, float(ndtri(p))),))


def slab(d: int, sigma: float, left: float, right: float) -> Intervals:
    """Misses tails of mass ``left`` and ``right``: the worst case of the paper's Theorem 1."""
    return Intervals(d, sigma, ((float(ndtri(left)), -float(ndtri(right))),))


def dipole_worst_case(d: int, sigma: float, c_s: float, c_n: float) -> Intervals:
    """A left tail of mass ``c_n`` and a slab of mass ``c_s``: the worst case of the paper's Theorem 3."""
    z = -float(ndtri(0.5 * (1.0 - c_s)))
    return Intervals(d, sigma, ((-INF, float(ndtri(c_n))), (-z, z)))


def two_far_tails(d: int, sigma: float, left: float, right: float) -> Intervals:
    """Hits only in two tails of the given masses; the score dips between them."""
    return Intervals(d, sigma, ((-INF, float(ndtri(left))), (-float(ndtri(right)), INF)))


def _mass(a: float, b: float) -> float:
    """``Phi(b) - Phi(a)``, from whichever tail keeps the digits."""
    if a > 0.0:
        a, b = -b, -a
    return float(ndtr(b) - ndtr(a))


def _density(z: float) -> float:
    return math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
