"""Discrete noise for the sampler: noisy inputs on the grid of pixels, drawn on the CPU."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from certificates.counts.exact_sums import GRID, rounding_of_products
from certificates.noise_laws.pixel_grid import PixelGrid
from worker.noise.discrete.cpu_draws import GridInputs, Levels
from worker.noise.discrete.kernels import sum_means
from worker.noise.discrete.rounded_gaussian import DiscreteGaussian
from worker.noise.generator_keys import block_key
from worker.noise.noise_source import Fill

Floats = NDArray[np.float32]


class HostDiscreteSource:
    """A NoiseSource on the CPU. No noise is kept: what is asked for again is drawn again.

    It adds integers: pixel plus rounded Gaussian, turned into float32 by a table. Every element of ``x`` must
    be exactly an 8-bit pixel value on ``scale``; else NotOnGridError. ValueError if sigma is out of the
    range of DiscreteGaussian. The draws depend on (seed, stream, block) alone and are the same on every
    machine.
    """

    def __init__(
        self,
        x: Floats,
        draws: int,  # noqa: ARG002 - none are kept
        sigma: float,
        seed: int,
        stream: int,
        scale: tuple[float, float],
        *,
        antithetic: bool = False,
        summed: bool = False,  # noqa: ARG002 - sums are made when they are asked for
    ) -> None:
        grid = PixelGrid(*scale)
        self._law = DiscreteGaussian(sigma, grid)
        self._shape, self._d = x.shape, x.size
        self._inputs = GridInputs(self._law, grid.indices(x))
        self._seed, self._stream, self._antithetic = seed, stream, antithetic
        self._levels = Levels(self._law)
        self._key = block_key(seed, stream, 0)

    def begin(self, inputs: Floats, block: int) -> Fill:
        """See NoiseSource."""
        self._key = block_key(self._seed, self._stream, block)
        sides = np.split(np.reshape(inputs, -1, copy=False), 2 if self._antithetic else 1)
        return partial(self._fill, list(zip(sides, (1, -1), strict=False)))

    def _fill(self, sides: list[tuple[Floats, int]], part: int) -> None:
        count = sides[0][0].size
        first = part * count
        for done, levels in self._levels.pieces(self._key, first, count):
            for out, sign in sides:
                self._inputs.write(levels, first + done, out[done : done + len(levels)], sign)

    def unit(self, rows: slice) -> NDArray[np.float64]:
        """Return the means ``E[eps / sigma | J]``, float64 (docs/floating-point.md, Theorem 14)."""
        out = np.empty((rows.stop - rows.start, *self._shape))
        flat = out.reshape(-1)
        for done, levels in self._levels.pieces(self._key, rows.start * self._d, flat.size):
            flat[done : done + len(levels)] = self._law.conditional_mean(levels)
        return out

    def sum_groups(self, groups: NDArray[np.int64], start: int, out: NDArray[np.float64]) -> float:
        """See NoiseSource. Rows in no group are not drawn again."""
        law = self._law
        out.fill(0)
        squares = 0
        for first, last in _runs(groups >= 0):
            for done, levels in self._levels.pieces(
                self._key, (start + first) * self._d, (last - first) * self._d
            ):
                table = (law.means, law.squares, law.max_abs)
                squares += sum_means(levels, done, groups[first:last], *table, out)
        return math.nextafter(squares / GRID, 0.0)

    def rounding(self, products: int) -> float:
        """See ``rounding_of_products``."""
        return rounding_of_products(products)


def _runs(wanted: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield the first row of each run of wanted rows, and the row after its last."""
    changes = np.flatnonzero(np.diff(wanted, prepend=False, append=False))
    yield from zip(changes[::2].tolist(), changes[1::2].tolist(), strict=True)
