"""Discrete noise for the sampler: noisy inputs on the grid of pixels, drawn on the model's device."""

from __future__ import annotations

from typing import Final

import torch

from models.grid import PixelGrid
from worker.batch import Device
from worker.discrete_device import DeviceTables
from worker.discrete_noise import DiscreteGaussian
from worker.noise import add_by_group, device_generator, host_generator, rounding_of_products

DISCRETE_GENERATORS: Final[dict[Device, str]] = {
    "cpu": "sfc64/thresholds/int16",
    "cuda": "torch-philox/thresholds/int16",
}
"""Names of the generators of discrete noise, as a job's plan and its certificate state them."""


class DiscreteSource:
    """A NoiseSource that adds integers: pixel plus rounded Gaussian, turned into float32 by a table.

    ``x``: float32 on its device, every element exactly a pixel value of ``grid``; else NotOnGridError.
    ValueError if sigma is out of the range of DiscreteGaussian.

    The draws of a block depend on (seed, stream, block) and the kind of device alone: on the CPU they come
    from NumPy's SFC64, on a GPU from PyTorch's generator of that device.
    """

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
        self._law = DiscreteGaussian(sigma, grid)
        self._pixels = grid.indices(x.cpu().numpy())
        self._seed, self._stream, self._antithetic = seed, stream, antithetic
        self._levels = torch.empty((draws, *x.shape), dtype=torch.int16, device=x.device)
        self._tables = None if x.device.type == "cpu" else DeviceTables(self._law, self._pixels, x.device)

    def fill(self, inputs: torch.Tensor, block: int, part: int = 0) -> None:
        """See NoiseSource. All draws of a block are made with its first part."""
        if part == 0:
            self._draw(block)
        draws = len(inputs) // 2 if self._antithetic else len(inputs)
        levels = self._levels[part * draws : (part + 1) * draws]
        sides = [(inputs[:draws], 1)]
        if self._antithetic:
            sides.append((inputs[draws:], -1))
        for out, sign in sides:
            if self._tables is None:
                self._law.write_inputs(self._pixels, levels.numpy(), out.numpy(), sign)
            else:
                self._tables.write_inputs(levels, out, sign)

    def _draw(self, block: int) -> None:
        if self._tables is None:
            self._law.sample(host_generator(self._seed, self._stream, block), self._levels.numpy())
            return
        generator = device_generator(self._seed, self._stream, block, self._levels.device)
        self._tables.sample(generator, self._levels)

    def unit(self, rows: slice) -> torch.Tensor:
        """Return the conditional means ``E[eps / sigma | J]``, float64: docs/floating-point.md, theorem 3."""
        if self._tables is None:
            return torch.from_numpy(self._law.conditional_mean(self._levels[rows].numpy()))
        return self._tables.conditional_mean(self._levels[rows])

    def sum_groups(self, groups: torch.Tensor, start: int, out: torch.Tensor) -> None:
        """See NoiseSource."""
        add_by_group(self.unit(slice(start, start + len(groups))), groups, out)

    def rounding(self, products: int) -> float:
        """See ``rounding_of_products``."""
        return rounding_of_products(products)
