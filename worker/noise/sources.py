"""Which noise a job has, and where it is drawn: the one place that chooses."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from registry.pixel_grid import PixelGrid
from worker.noise.discrete.discrete_source import discrete_source
from worker.noise.gaussian_source import gaussian_source
from worker.noise.generator_keys import NoiseSource

Input = NDArray[np.float32] | torch.Tensor
"""One input in the model's input space, without the batch dimension."""


def noise_source(
    x: Input,
    device: torch.device,
    draws: int,
    sigma: float,
    seed: int,
    stream: int,
    grid: PixelGrid | None,
    *,
    antithetic: bool = False,
    summed: bool = False,
) -> NoiseSource:
    """Return the source of noise around an input, on the device of its model; ``draws`` of noise a block.

    ``summed``: a gradient will ask for sums over the halves of each block, which may be made as it is drawn;
    ``draws`` must be even then.
    ``grid``: discrete noise on this grid of pixels; None: Gaussian noise. Raises as ``discrete_source``.
    """
    base = x if isinstance(x, torch.Tensor) else torch.tensor(x, dtype=torch.float32)
    placed = base.to(device=device, dtype=torch.float32)
    if grid is None:
        return gaussian_source(placed, draws, sigma, seed, stream, antithetic=antithetic, summed=summed)
    return discrete_source(placed, draws, sigma, seed, stream, grid, antithetic=antithetic)
