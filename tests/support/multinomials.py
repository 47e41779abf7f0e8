"""Exact probabilities of the outcomes of n pairs, and true parameters that try to catch a bound out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr, ndtri, xlogy

from certificates import dipole_edge, dipole_radius

Array = NDArray[np.float64]

SLACK = 1e-11
"""Two floats for one radius may differ by this much; no probability is compared with a tolerance."""


class Outcomes:
    """All (both, one) of ``n`` pairs."""

    def __init__(self, n: int) -> None:
        both, one = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
        fits = both + one <= n
        self.n, self.both, self.one = n, both[fits], one[fits]
        self.none = n - self.both - self.one
        self._log_ways = (
            gammaln(n + 1) - gammaln(self.both + 1) - gammaln(self.one + 1) - gammaln(self.none + 1)
        )

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self.both.tolist(), self.one.tolist(), strict=True)

    def probabilities(self, s: float, d: float) -> Array:
        rest = max(1.0 - s - d, 0.0)
        log_mass = xlogy(self.both, s) + xlogy(self.one, d) + xlogy(self.none, rest)
        return np.exp(self._log_ways + log_mass)


@lru_cache(maxsize=4096)
def true_radius(s: float, d: float) -> float:
    return dipole_radius(s, 0.5 * d, 1.0)


def grid(steps: int) -> list[tuple[float, float]]:
    """Pair probabilities with a positive radius, denser towards the edges of the simplex."""
    t = np.sin(np.linspace(0.0, 0.5 * np.pi, steps + 1)) ** 2
    pairs = [(float(s), float((1.0 - s) * share)) for s in t if s < 1.0 for share in t]
    return [(s, d) for s, d in pairs if 2.0 * s + d > 1.0]


def just_below(radii: Iterable[float], steps: int) -> list[tuple[float, float]]:
    """Pair probabilities whose radius is a hair below a certified one: where the error is largest."""
    found = []
    for r in set(radii) - {0.0}:
        end = 1.0 - 2.0 * float(ndtr(-r))
        for s in [*np.linspace(0.0, end, steps), end * (1.0 - 1e-9)]:
            z = float(-ndtri(0.5 * (1.0 - s)))
            d = 2.0 * float(dipole_edge(r * (1.0 - 1e-9), z))
            if s + d <= 1.0:
                found.append((float(s), d))
    return found
