"""Discrete noise for the sampler: noisy inputs on the grid of pixels, drawn on a GPU."""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from certificates.counts.exact_sums import rounding_of_products
from certificates.noise_laws.pixel_grid import PixelGrid
from worker.noise.discrete.device_tables import DeviceTables
from worker.noise.discrete.rounded_gaussian import DiscreteGaussian
from worker.noise.gpu_draws import add_by_group, device_generator
from worker.noise.noise_source import Fill


class DeviceDiscreteSource:
    """A NoiseSource on a GPU, with PyTorch's generator of that device; the levels of one block are kept.

    The law, and what is refused, are as of HostDiscreteSource.
    """

    def __init__(
        self,
        x: NDArray[np.float32],
        draws: int,
        sigma: float,
        seed: int,
        stream: int,
        scale: tuple[float, float],
        *,
        antithetic: bool = False,
        summed: bool = False,  # noqa: ARG002 - sums are made when they are asked for
    ) -> None:
        grid, device = PixelGrid(*scale), torch.device("cuda")
        self._tables = DeviceTables(DiscreteGaussian(sigma, grid), grid.indices(x), device)
        self._seed, self._stream, self._antithetic = seed, stream, antithetic
        self._levels = torch.empty((draws, *x.shape), dtype=torch.int16, device=device)

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
