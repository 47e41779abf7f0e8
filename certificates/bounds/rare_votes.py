"""Bounds on the moments of unit noise, given any event of probability at most ``q``, such as a rare vote.

Proof: docs/theorems.md, Lemma 22 (slopes, spectrum, size) and docs/theorems.md, Lemma 23 (the penalty).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from certificates.bounds.pair_integral import MARGIN, growth
from certificates.curves.normal_law import cdf, density, quantile

Array = NDArray[np.float64]

LEAST_PROBABILITY = 1e-15
"""Smaller ``q`` are not computed with: no number of samples that can be drawn gives such a bound."""

LARGEST_SLOPE = 3.0

_MOMENTS = 70
"""Moments that are summed for the far end. At slopes up to LARGEST_SLOPE, and ``q`` of 1e-15 or more, each
term from there on is less than a third of the one two before it, so that the rest is at most half of the last
two terms."""

_TILTS: Array = np.exp(np.linspace(-16.0, math.log(0.499), 1024))
_PLACES: Array = np.exp(np.linspace(math.log(1e-4), math.log(8.0), 96))[:, None]


@dataclass(frozen=True, slots=True)
class RareVotes:
    """An event of probability at most ``q`` about unit noise ``g`` in ``d`` elements; 1e-15 <= q <= 1.

    ``Sigma`` stands for the second moments ``E[g g' | event]`` of the event enlarged to probability ``q``.
    """

    q: float
    d: int

    def log_rarity(self) -> float:
        """Return ``ln(1/q)``: the relative entropy of the law of ``g`` on the event is at most that."""
        return -math.log(self.q)

    def largest_second_moment(self) -> float:
        """Return an upper bound on Sigma's eigenvalues: ``1 + 2 z phi(z)/q`` with ``z = Phi^-1(1 - q/2)``."""
        z = -quantile(0.5 * self.q)
        return (1.0 + 2.0 * z * density(z) / self.q) * (1.0 + 1e-9)

    def mean_square(self) -> tuple[float, float]:
        """Return ``(T, lambda)``: ``E[exp(theta |g|^2) | event] <= exp(theta T)`` for ``theta <= lambda``.

        ``T = (ln(1/q) - d/2 ln(1 - 2 lambda))/lambda`` at the best ``lambda`` found; the trace of Sigma is at
        most ``T`` too.
        """
        values = (self.log_rarity() - 0.5 * self.d * np.log1p(-2.0 * _TILTS)) / _TILTS
        i = int(np.argmin(values))
        return float(values[i]) * (1.0 + MARGIN), float(_TILTS[i])

    def far_end(self, slope: Array) -> Array:
        """Return ``r(l)``, rounded up, for slopes ``0 < l <= LARGEST_SLOPE``.

        ``q r l^2/2`` is the integral of ``e^{l z} - 1 - l z - (l z)^2/2`` over the upper tail of the normal
        law of probability ``q``, or ``1/2`` if ``q`` is more. It is a sum over its moments with positive
        terms.
        """
        coefficients = _far_moments(self.q)
        total = np.zeros_like(slope)
        for coefficient in reversed(coefficients):
            total = (total + coefficient) * slope
        last = (coefficients[-1] * slope + coefficients[-2]) * slope ** (len(coefficients) - 1)
        return 2.0 / self.q * (total + 0.5 * last) * (1.0 + 1e-9)

    def penalty(self, x: Array, r: Array, n: int) -> Array:
        """Return an upper bound on the sum of ``k(x (s_i + r))`` over the eigenvalues ``s_i`` of Sigma.

        ``x (s + r) <= (n - 1)/2`` must hold for the largest ``s``. By docs/theorems.md, Lemma 23, for a place
        ``s`` where the multiplier ``t`` falls with ``s``, the sum is at most ``2 t ln(1/q) + d max(h(s),
        h(s_max))``, ``h(s) = k(x (s + r)) - t (s - 1 - ln s)``. The smallest over several places is returned.
        """
        largest = self.largest_second_moment()
        at_largest = growth(x * (largest + r), n)
        s = 1.0 + _PLACES * np.sqrt(1.0 + r)
        y = np.minimum(x * (s + r), 0.5 * (n - 1.0))
        kept = 1.0 - y / (n - 1.0)
        t = x * y * n / (n - 1.0) / ((1.0 + y) * kept) * s / (s - 1.0)
        falling = x * s * (s - 1.0) * (1.0 / (y * (1.0 + y)) + 1.0 / ((n - 1.0) * kept)) < 1.0 - 1e-6
        inside = x * (s + r) <= 0.5 * (n - 1.0)
        peak = np.maximum(
            growth(y, n) - t * (s - 1.0 - np.log(s)), at_largest - t * (largest - 1.0 - math.log(largest))
        )
        total = 2.0 * t * self.log_rarity() + self.d * (peak + MARGIN * t * largest)
        best: Array = np.where(falling & inside, total, np.inf).min(axis=0)
        return np.minimum(best, self.d * at_largest)


@lru_cache(maxsize=8)
def _far_moments(q: float) -> tuple[float, ...]:
    """Return the moments of the upper tail of probability ``q`` over their factorials, from the third on.

    They are kept for the next slopes: a bound asks for the same ones again and again.
    """
    z = max(-quantile(q), 0.0)
    height = density(z)
    moments = [cdf(-z), height]
    for k in range(2, _MOMENTS):
        moments.append(z ** (k - 1) * height + (k - 1) * moments[k - 2])
    return tuple(moment / math.factorial(k) for k, moment in enumerate(moments))[3:]
