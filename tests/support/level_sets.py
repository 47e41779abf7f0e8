"""Classifiers on a line of pixels with everything known twice: by summing levels, and as Gaussian integrals.

The base classifier ``F`` hits at the pixels of a set of runs ``[a, b]`` (integers, either end may be
infinite). ``F`` after rounding hits on the real intervals ``[a - 1/2, b + 1/2]``. Lengths are in grid steps,
the clean pixel is 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

from certificates.noise_laws.grid_gaussian import THRESHOLD_BITS
from worker.noise.discrete.exact_tables import LevelTables, level_tables

INF = math.inf


@dataclass(frozen=True)
class LevelSet:
    """Hits on runs of pixels; ``s`` is the noise in grid steps."""

    s: Fraction
    runs: tuple[tuple[float, float], ...]

    @cached_property
    def tables(self) -> LevelTables:
        return level_tables(self.s)

    @cached_property
    def levels(self) -> NDArray[np.int64]:
        return np.arange(-self.tables.max_abs, self.tables.max_abs + 1)

    @cached_property
    def mass(self) -> NDArray[np.float64]:
        """``P(J = j)`` as drawn."""
        cdf = np.array([0, *self.tables.thresholds, 2**THRESHOLD_BITS], dtype=object)
        return np.array([float(Fraction(int(p), 2**THRESHOLD_BITS)) for p in np.diff(cdf)])

    @cached_property
    def means(self) -> NDArray[np.float64]:
        return self.tables.means_by_level

    @cached_property
    def hit(self) -> NDArray[np.bool_]:
        return self.hits(self.levels)

    def hits(self, pixels: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.asarray(np.logical_or.reduce([(a <= pixels) & (pixels <= b) for a, b in self.runs]))

    # By summing levels: what sampling with integer noise estimates.

    @property
    def p(self) -> float:
        return float(self.mass[self.hit].sum())

    @property
    def gradient(self) -> float:
        """``E[f(J) E[g | J]]``, signed."""
        return float((self.mass * self.means)[self.hit].sum())

    @property
    def c_s(self) -> float:
        return float(self.mass[self.hit & self.hit[::-1]].sum())

    @property
    def c_n(self) -> float:
        return float(self.mass[self.hit & ~self.hit[::-1]].sum())

    # As Gaussian integrals of the rounded classifier: what the theorems speak of.

    def smoothed(self, x: float) -> float:
        """``E f(x + e)`` for real ``x``."""
        s = float(self.s)
        return math.fsum(float(ndtr((b + 0.5 - x) / s) - ndtr((a - 0.5 - x) / s)) for a, b in self.runs)

    @cached_property
    def true_radius(self) -> float:
        """Distance in steps to the nearest real point where the smoothed score is at most 1/2."""
        return min(self._crossing(1.0), self._crossing(-1.0))

    def _crossing(self, sign: float) -> float:
        if self.smoothed(0.0) <= 0.5:
            return 0.0
        step = 0.02 * float(self.s)
        for k in range(1, 600):
            if self.smoothed(sign * k * step) <= 0.5:
                return float(
                    brentq(lambda x: self.smoothed(sign * x) - 0.5, (k - 1) * step, k * step, xtol=1e-13)
                )
        return INF


COARSE, PIXELS = Fraction(2), Fraction(255, 4)
CASES = {
    "half-line": LevelSet(COARSE, ((-2, INF),)),
    "half-line, all but sure": LevelSet(COARSE, ((-5, INF),)),
    "slab around": LevelSet(COARSE, ((-2, 2),)),
    "slab aside": LevelSet(COARSE, ((-1, 5),)),
    "outside a slab": LevelSet(COARSE, ((-INF, -5), (-1, INF))),
    "comb": LevelSet(COARSE, ((-9, -6), (-3, 0), (2, 3), (5, INF))),
    "one level": LevelSet(Fraction(1, 2), ((0, 0),)),
    "pixels, half-line": LevelSet(PIXELS, ((-80, INF),)),
    "pixels, slab": LevelSet(PIXELS, ((-100, 130),)),
}
