"""Float32 Gaussian noise on a GPU, scaled and added in float32."""

from __future__ import annotations

from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray

from certificates.counts.exact_sums import rounding_of_products
from worker.noise.float_scale import float32_at_least
from worker.noise.gpu_draws import add_by_group, device_generator
from worker.noise.noise_source import Fill


class DeviceGaussianSource:
    """A NoiseSource on a GPU, with PyTorch's generator of that device; the noise of one block is kept."""

    def __init__(
        self,
        x: NDArray[np.float32],
        draws: int,
        sigma: float,
        seed: int,
        stream: int,
        scale: tuple[float, float],  # noqa: ARG002 - the same on every scale
        *,
        antithetic: bool = False,
        summed: bool = False,  # noqa: ARG002 - sums are made when they are asked for
    ) -> None:
        self._x, self._scale = torch.tensor(x, device="cuda"), float(float32_at_least(sigma))
        self._seed, self._stream, self._antithetic = seed, stream, antithetic
        self._noise = torch.empty((draws, *x.shape), dtype=torch.float32, device=self._x.device)

    def begin(self, inputs: torch.Tensor, block: int) -> Fill:
        """See NoiseSource. All draws of the block are made now."""
        self._noise.normal_(generator=device_generator(self._seed, self._stream, block, self._noise.device))
        return partial(self._fill, inputs)

    def _fill(self, inputs: torch.Tensor, part: int) -> None:
        draws = len(inputs) // 2 if self._antithetic else len(inputs)
        noise = self._noise[part * draws : (part + 1) * draws]
        torch.add(self._x, noise, alpha=self._scale, out=inputs[:draws])
        if self._antithetic:
            torch.sub(self._x, noise, alpha=self._scale, out=inputs[draws:])

    def unit(self, rows: slice) -> torch.Tensor:
        """Return the noise itself, float32."""
        return self._noise[rows]

    def sum_groups(self, groups: torch.Tensor, start: int, out: torch.Tensor) -> float:
        """See NoiseSource."""
        return add_by_group(self._noise[start : start + len(groups)], groups, out)

    def rounding(self, products: int) -> float:
        """See ``rounding_of_products``."""
        return rounding_of_products(products)
