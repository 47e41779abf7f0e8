"""Discrete noise for the sampler: noisy inputs on the grid of pixels, drawn on the model's device."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from certificates.counts.exact_sums import GRID, rounding_of_products
from certificates.noise_laws.pixel_grid import PixelGrid
from worker.noise.discrete.cpu_draws import GridInputs, Levels
from worker.noise.discrete.device_tables import DeviceTables
from worker.noise.discrete.kernels import sum_means
from worker.noise.discrete.rounded_gaussian import DiscreteGaussian
from worker.noise.generator_keys import (
    Fill,
    NoiseSource,
    add_by_group,
    block_key,
    device_generator,
)


def discrete_source(
    x: torch.Tensor,
    draws: int,
    sigma: float,
    seed: int,
    stream: int,
    scale: tuple[float, float],
    *,
    antithetic: bool = False,
    summed: bool = False,  # noqa: ARG001 - sums are made when they are asked for
) -> NoiseSource:
    """Return the source for a float32 input, on its device; ``draws`` in each block.

    It adds integers: pixel plus rounded Gaussian, turned into float32 by a table. Every element of ``x`` must
    be exactly an 8-bit pixel value on ``scale``; else NotOnGridError. ValueError if sigma is out of the
    range of DiscreteGaussian.
    """
    grid = PixelGrid(*scale)
    if x.device.type == "cpu":
        return HostDiscreteSource(x, sigma, seed, stream, grid, antithetic=antithetic)
    return DeviceDiscreteSource(x, draws, sigma, seed, stream, grid, antithetic=antithetic)


class HostDiscreteSource:
    """A NoiseSource on the CPU. No noise is kept: what is asked for again is drawn again.

    The draws depend on (seed, stream, block) alone and are the same on every machine.
    """

    def __init__(
        self,
        x: torch.Tensor,
        sigma: float,
        seed: int,
        stream: int,
        grid: PixelGrid,
        *,
        antithetic: bool = False,
    ) -> None:
        self._law = DiscreteGaussian(sigma, grid)
        self._shape, self._d = x.shape, x.numel()
        self._inputs = GridInputs(self._law, grid.indices(x.numpy()))
        self._seed, self._stream, self._antithetic = seed, stream, antithetic
        self._levels = Levels(self._law)
        self._key = block_key(seed, stream, 0)

    def begin(self, inputs: torch.Tensor, block: int) -> Fill:
        """See NoiseSource."""
        self._key = block_key(self._seed, self._stream, block)
        sides = np.split(inputs.view(-1).numpy(), 2 if self._antithetic else 1)
        return partial(self._fill, list(zip(sides, (1, -1), strict=False)))

    def _fill(self, sides: list[tuple[NDArray[np.float32], int]], part: int) -> None:
        count = sides[0][0].size
        first = part * count
        for done, levels in self._levels.pieces(self._key, first, count):
            for out, sign in sides:
                self._inputs.write(levels, first + done, out[done : done + len(levels)], sign)

    def unit(self, rows: slice) -> torch.Tensor:
        """Return the means ``E[eps / sigma | J]``, float64 (docs/floating-point.md, Theorem 14)."""
        out = np.empty((rows.stop - rows.start, *self._shape))
        flat = out.reshape(-1)
        for done, levels in self._levels.pieces(self._key, rows.start * self._d, flat.size):
            flat[done : done + len(levels)] = self._law.conditional_mean(levels)
        return torch.from_numpy(out)

    def sum_groups(self, groups: torch.Tensor, start: int, out: torch.Tensor) -> float:
        """See NoiseSource. Rows in no group are not drawn again."""
        names, sums, law = groups.numpy(), out.numpy(), self._law
        sums.fill(0)
        squares = 0
        for first, last in _runs(names >= 0):
            for done, levels in self._levels.pieces(
                self._key, (start + first) * self._d, (last - first) * self._d
            ):
                table = (law.means, law.squares, law.max_abs)
                squares += sum_means(levels, done, names[first:last], *table, sums)
        return math.nextafter(squares / GRID, 0.0)

    def rounding(self, products: int) -> float:
        """See ``rounding_of_products``."""
        return rounding_of_products(products)


class DeviceDiscreteSource:
    """A NoiseSource on a GPU, with PyTorch's generator of that device; the levels of one block are kept."""

    def __init__(
        self,
        x: torch.Tensor,
        draws: int,
        sigma: float,
        seed: int,
        stream: int,
        grid: PixelGrid,
        *,
        antithetic: bool = False,
    ) -> None:
        pixels = grid.indices(x.cpu().numpy())
        self._tables = DeviceTables(DiscreteGaussian(sigma, grid), pixels, x.device)
        self._seed, self._stream, self._antithetic = seed, stream, antithetic
        self._levels = torch.empty((draws, *x.shape), dtype=torch.int16, device=x.device)

    def begin(self, inputs: torch.Tensor, block: int) -> Fill:
        """See NoiseSource. All draws of the block are made now."""
        generator = device_generator(self._seed, self._stream, block, self._levels.device)
        self._tables.sample(generator, self._levels)
        return partial(self._fill, inputs)

    def _fill(self, inputs: torch.Tensor, part: int) -> None:
        draws = len(inputs) // 2 if self._antithetic else len(inputs)
        levels = self._levels[part * draws : (part + 1) * draws]
        self._tables.write_inputs(levels, inputs[:draws], 1)
        if self._antithetic:
            self._tables.write_inputs(levels, inputs[draws:], -1)

    def unit(self, rows: slice) -> torch.Tensor:
        """Return the conditional means ``E[eps / sigma | J]``, float64."""
        return self._tables.conditional_mean(self._levels[rows])

    def sum_groups(self, groups: torch.Tensor, start: int, out: torch.Tensor) -> float:
        """See NoiseSource."""
        return add_by_group(self.unit(slice(start, start + len(groups))), groups, out)

    def rounding(self, products: int) -> float:
        """See ``rounding_of_products``."""
        return rounding_of_products(products)


def _runs(wanted: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield the first row of each run of wanted rows, and the row after its last."""
    changes = np.flatnonzero(np.diff(wanted, prepend=False, append=False))
    yield from zip(changes[::2].tolist(), changes[1::2].tolist(), strict=True)
