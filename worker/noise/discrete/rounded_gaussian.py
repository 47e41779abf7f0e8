"""Gaussian noise rounded to the grid of 8-bit pixels, as tables: the law that discrete noise is drawn from.

A Gaussian ``e`` is rounded, coordinate by coordinate, to the nearest multiple ``J`` of the grid step. ``e``
is never drawn: random bits are compared with integer thresholds of the cdf of ``J``, so no float is rounded.
What is sampled is what is certified: docs/floating-point.md, Theorem 12. How exact the draws are:
docs/floating-point.md, Theorem 13.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from certificates.counts.exact_sums import GRID
from certificates.noise_laws.grid_gaussian import THRESHOLD_BITS, discretisation_error
from certificates.noise_laws.pixel_grid import PixelGrid
from worker.noise.discrete.exact_tables import level_tables
from worker.noise.discrete.kernels import AMBIGUOUS, settle

_LEADING_BITS: Final = 16
"""A choice: the table of buckets has 128 KiB, and at sigma 64 steps 0.7% of buckets need more bits."""
_DEEP_BITS: Final = THRESHOLD_BITS - _LEADING_BITS
_BUCKETS: Final = 2**_LEADING_BITS


@dataclass(frozen=True, slots=True)
class DiscreteGaussian:
    """The law of ``J = round(e / step)``, ``e ~ N(0, sigma^2)``, on the grid of a model's pixels.

    ``sigma`` is in input units. ValueError if it is not positive, or above 3000 grid steps.

    A draw is ``-max_abs`` plus the number of thresholds at or below an 80-bit uniform integer. Its leading 16
    bits, the bucket, nearly always decide the level, by a table. Only if the bucket holds a threshold are the
    other 64 bits compared. ``by_bucket``: the level of each bucket, or AMBIGUOUS; ``below``: the number of
    thresholds in earlier buckets; ``deep``: the last 64 bits of every threshold; ``means``: the conditional
    means of ``e / sigma`` by level; ``squares``: their squares in units of ``2**-20``, rounded down;
    ``values``: the float32 inputs of the grid points
    ``-max_abs .. grid.levels + max_abs``.
    """

    sigma: float
    grid: PixelGrid = field(default_factory=PixelGrid)
    by_bucket: NDArray[np.int16] = field(init=False, repr=False, compare=False)
    below: NDArray[np.int64] = field(init=False, repr=False, compare=False)
    deep: NDArray[np.uint64] = field(init=False, repr=False, compare=False)
    means: NDArray[np.float64] = field(init=False, repr=False, compare=False)
    squares: NDArray[np.int64] = field(init=False, repr=False, compare=False)
    values: NDArray[np.float32] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not (math.isfinite(self.sigma) and self.sigma > 0):
            raise ValueError(f"sigma must be a finite number above 0, got {self.sigma}")
        tables = level_tables(self.grid.steps(self.sigma))
        thresholds = tables.thresholds
        leading = np.array([t >> _DEEP_BITS for t in thresholds], dtype=np.int64)
        deep = np.array([t & (2**_DEEP_BITS - 1) for t in thresholds], dtype=np.uint64)
        below = np.searchsorted(leading, np.arange(_BUCKETS + 1))
        levels = (below[:-1] - tables.max_abs).astype(np.int16)
        levels[np.diff(below) > 0] = AMBIGUOUS
        object.__setattr__(self, "by_bucket", levels)
        object.__setattr__(self, "below", below)
        object.__setattr__(self, "deep", deep)
        object.__setattr__(self, "means", tables.means_by_level)
        squares = np.floor(tables.means_by_level**2 * (GRID * (1.0 - 2.0**-50)))
        object.__setattr__(self, "squares", squares.astype(np.int64))
        reach = np.arange(-tables.max_abs, self.grid.levels + tables.max_abs + 1)
        object.__setattr__(self, "values", self.grid.values(reach))

    @property
    def max_abs(self) -> int:
        """Return the largest ``|J|`` that can be drawn."""
        return len(self.means) // 2

    @property
    def tv_error_per_draw(self) -> float:
        """Return a bound on the total variation distance between one draw and the exact law of ``J``."""
        return discretisation_error(float(self.grid.steps(self.sigma)), 1, 1)

    def conditional_mean(self, levels: NDArray[np.int16]) -> NDArray[np.float64]:
        """Return ``E[e / sigma | J = j]`` in the shape of ``levels``, each to the nearest float64.

        It replaces the unit noise ``g = e / sigma`` in gradient statistics (docs/floating-point.md, Theorem
        14): ``E[f g] = E[f conditional_mean(J)]`` for every function ``f`` of ``J``.
        """
        return self.means[levels.astype(np.intp) + self.max_abs]

    def resolve(self, leading: NDArray[np.uint16], words: NDArray[np.uint64]) -> NDArray[np.int16]:
        """Return the levels of 80-bit numbers: their leading 16 bits and the following 64, shape (n,)."""
        out = np.empty(len(leading), dtype=np.int16)
        settle(leading, words, self.below, self.deep, self.max_abs, out)
        return out
