"""Gaussian noise rounded to the grid of 8-bit pixels, drawn exactly: integers in, integers out.

A Gaussian ``e`` is rounded, coordinate by coordinate, to the nearest multiple ``J`` of the grid step. No
Gaussian is ever drawn: ``J`` comes from comparing random bits with integer thresholds of its cdf, so that
float rounding has no part in it. What that buys, and the proofs, are in docs/floating-point.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.grid import PixelGrid
from worker.discrete_tables import THRESHOLD_BITS, level_tables, tv_error_bound

_LEADING_BITS: Final = 16
_DEEP_BITS: Final = THRESHOLD_BITS - _LEADING_BITS
_BUCKETS: Final = 2**_LEADING_BITS
AMBIGUOUS: Final = np.iinfo(np.int16).min
_CHUNK: Final = 2**16
"""Elements looked up at a time, so that the index buffers stay in the cache."""


@dataclass(frozen=True, slots=True)
class DiscreteGaussian:
    """Draws ``J = round(e / step)``, ``e ~ N(0, sigma^2)``, on the grid of a model's pixels.

    ``sigma`` is in input units. ValueError if it is not positive, or above 3000 grid steps.

    A draw compares an 80-bit uniform integer with the thresholds. Its leading 16 bits decide in nearly all
    cases, by a table; only where a threshold has the same leading bits are 64 more drawn.
    """

    sigma: float
    grid: PixelGrid = field(default_factory=PixelGrid)
    by_bucket: NDArray[np.int16] = field(init=False, repr=False, compare=False)
    below: NDArray[np.int64] = field(init=False, repr=False, compare=False)
    deep: NDArray[np.uint64] = field(init=False, repr=False, compare=False)
    means: NDArray[np.float64] = field(init=False, repr=False, compare=False)
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
        reach = np.arange(-tables.max_abs, self.grid.levels + tables.max_abs + 1)
        object.__setattr__(self, "values", self.grid.values(reach))

    @property
    def max_abs(self) -> int:
        """Largest ``|J|`` that is ever drawn."""
        return len(self.means) // 2

    @property
    def tv_error_per_draw(self) -> float:
        """Bound on the total variation distance between one draw and the exact law of ``J``."""
        return tv_error_bound(self.grid.steps(self.sigma))

    def sample(self, generator: np.random.Generator, out: NDArray[np.int16]) -> None:
        """Fill ``out`` (int16, C-contiguous, any shape) with independent draws.

        The draws are a function of the generator's state and of ``out.size``: one 64-bit word for every four
        elements, then one word for each element that 16 bits left open, in order. They are the same on
        every machine. ValueError if ``out`` is of another kind.
        """
        if out.dtype != np.int16 or not out.flags.c_contiguous:
            raise ValueError("out must be a C-contiguous int16 array")
        words = generator.bit_generator.random_raw(-(-out.size // 4))
        leading = words.astype("<u8", copy=False).view("<u2")[: out.size]
        flat = out.reshape(-1)
        for start in range(0, out.size, _CHUNK):
            piece = slice(start, start + _CHUNK)
            np.take(self.by_bucket, leading[piece], out=flat[piece], mode="clip")
        open_ = np.flatnonzero(flat == AMBIGUOUS)
        flat[open_] = self.resolve(leading[open_], generator.bit_generator.random_raw(open_.size))

    def conditional_mean(self, levels: NDArray[np.int16]) -> NDArray[np.float64]:
        """Return ``E[e / sigma | J = j]`` for drawn levels, each to the nearest float64.

        It stands for the unit noise ``g = e / sigma`` in gradient statistics:
        ``E[f g] = E[f conditional_mean(J)]`` for every function ``f`` of ``J``.
        """
        return self.means[levels.astype(np.intp) + self.max_abs]

    def write_inputs(
        self, pixels: NDArray[np.int16], levels: NDArray[np.int16], out: NDArray[np.float32], sign: int = 1
    ) -> None:
        """Write the float32 inputs at the grid points ``pixels + sign * levels``.

        ``pixels``: the clean input, of d elements ``0 .. grid.levels``; ``levels``: draws, of shape (b, d);
        ``out``: float32, C-contiguous, of the same shape; ``sign``: 1 or -1. ValueError if they do not fit.

        The sum is one of integers, and each integer has one float32 number: a model that is fed these is a
        function of the grid, whatever image and noise led there.
        """
        if levels.shape != out.shape or pixels.shape != out.shape[1:] or sign not in {1, -1}:
            raise ValueError(
                "pixels, levels and out must be of shapes (d,), (b, d) and (b, d), and sign 1 or -1"
            )
        # Modulo 2**16 the index comes out right whatever the sign: it lies between 0 and 62,000.
        origin = (pixels.astype(np.int64) + self.max_abs).astype(np.uint16)
        combine = np.add if sign == 1 else np.subtract
        rows = max(1, _CHUNK // max(1, origin.size))
        for start in range(0, len(out), rows):
            piece = slice(start, start + rows)
            np.take(self.values, combine(origin, levels[piece].view(np.uint16)), out=out[piece], mode="clip")

    def resolve(self, leading: NDArray[np.uint16], deep: NDArray[np.uint64]) -> NDArray[np.int16]:
        """Count the thresholds at or below each 80-bit number, by bisection among those of its bucket."""
        low = self.below[leading]
        high = self.below[leading.astype(np.intp) + 1]
        active = np.flatnonzero(low < high)
        while active.size:
            middle = (low[active] + high[active]) // 2
            reached = self.deep[middle] <= deep[active]
            low[active[reached]] = middle[reached] + 1
            high[active[~reached]] = middle[~reached]
            active = active[low[active] < high[active]]
        return (low - self.max_abs).astype(np.int16)
