"""The event that pairs turn out at least as good as observed, and an upper bound on its probability.

docs/theorems.md, Theorem 5, steps 2, 5 and 6.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf, ndtr, ndtri

from certificates.bounds.joint_dipole.binomial import TailTable
from certificates.bounds.joint_dipole.region import Box
from certificates.curves.lower_bounds import DipoleCurve

Array = NDArray[np.float64]

_BLOCKS = 600
_EXACT_BLOCKS = 160
_EXACT_PAIRS = 2000
"""Choices. More blocks make the bound sharper and slower. Few blocks, or few pairs, can afford exact
tails."""


@dataclass(frozen=True, slots=True)
class AtLeastAsGood:
    """``{T >= T_observed}`` where ``T = R(nS / n, nD / 2n)`` is the dipole radius of the observed shares.

    ``T`` does not fall when a pair moves from none to one, or from one to both. So, among outcomes with
    ``nS`` pairs that hit on both sides, the event is ``nD >= m(nS)``, and its conditional probability does
    not fall as ``nS`` grows. The sum over ``nS`` is taken in blocks; a block uses the conditional probability
    of its last ``nS``, which is its largest.

    ``both`` holds the tails at the numbers ``k_0 < k_1 < ...`` at which blocks begin. A block before ``k_0``,
    and one from the last ``k`` on with conditional probability 1, complete the range.
    """

    both: TailTable
    one: TailTable

    @classmethod
    def observed(cls, both: int, one: int, pairs: int, box: Box) -> AtLeastAsGood:
        """Return the event for these counts, with blocks where outcomes of parameters in ``box`` fall."""
        starts = _block_starts(pairs, box)
        before = starts - 1.0
        exact = len(starts) <= _EXACT_BLOCKS or pairs <= _EXACT_PAIRS
        needed = _least_one(before, both, one, pairs)
        return cls(
            both=TailTable(np.full_like(starts, float(pairs)), starts, exact),
            one=TailTable(pairs - before, needed, exact),
        )

    def probability_upper(self, s: Array, d: Array, u: Array) -> Array:
        """Return upper bounds on the event's probability for parameters that add up to 1, shape (points,)."""
        reach = self.both.upper(s, d + u)
        given = np.maximum.accumulate(self.one.upper(d / (d + u), u / (d + u)), axis=1)
        rise = np.diff(given, axis=1, append=1.0)
        return np.asarray(given[:, 0] + np.einsum("ij,ij->i", rise, reach), dtype=np.float64) * (1.0 + 1e-11)


def _block_starts(pairs: int, box: Box) -> Array:
    low = pairs * box.s_low - 5.0 * math.sqrt(pairs * box.s_low * (1.0 - box.s_low)) - 10.0
    high = pairs * box.s_high + 5.0 * math.sqrt(pairs * box.s_high * (1.0 - box.s_high)) + 10.0
    first, last = max(1, math.floor(low)), min(pairs, math.ceil(high))
    width = max(1, math.ceil((last - first) / _BLOCKS))
    starts = np.arange(first, last + width, width, dtype=np.float64)
    return np.unique(np.minimum(starts, pairs))


def _least_one(both_side: Array, both: int, one: int, pairs: int) -> Array:
    """Return ``m(nS)``, never too large: the edge at a radius slightly below the observed one, rounded down.

    The event must contain the observed outcome and all ties; a threshold that is one too small only enlarges
    it. The observed shares are rounded down first: if few of many pairs miss, a share that is half a unit in
    the last place too large moves the radius by far more than the margins below.
    """
    none_fits = pairs - both_side + 1.0
    if both == pairs:
        return none_fits
    r = DipoleCurve(math.nextafter(both / pairs, 0.0), math.nextafter(one / (2 * pairs), 0.0)).root()
    z = -ndtri((pairs - both_side) / (2.0 * pairs))
    z = np.maximum(z, 0.0) * (1.0 + 1e-14) + 1e-15
    missing = ndtr(-z - r) - 0.5 * erf((z - r) * math.sqrt(0.5)) - 1e-15
    edge = np.where(missing > 0.0, ndtr(r + ndtri(np.clip(missing, 1e-300, 0.5))), 0.0)
    least = np.ceil(2.0 * pairs * edge * (1.0 - 1e-12) - 1e-6)
    return np.asarray(np.clip(least, 0.0, none_fits), dtype=np.float64)
