"""Cost of discrete noise beside Gaussian noise: nanoseconds an element, on one thread of this machine.

    OMP_NUM_THREADS=1 python benchmarks/discrete_noise.py

Both columns give what a block needs: draw the noise, and write the noisy inputs, by the sampler's own code.
"""

from __future__ import annotations

import time

import numpy as np
import torch

from models.grid import PixelGrid
from worker.discrete_noise import DiscreteGaussian
from worker.discrete_source import discrete_source
from worker.discrete_tables import level_tables
from worker.gaussian import gaussian_source
from worker.noise import ESTIMATION, NoiseSource

SHAPES = {"mnist 1x28x28": (1, 28, 28), "cifar 3x32x32": (3, 32, 32), "imagenet 3x224x224": (3, 224, 224)}
ELEMENTS = 2**21
REPEATS = 25


def nanoseconds(sources: list[NoiseSource], inputs: torch.Tensor) -> list[float]:
    """Return the processor time of one element of a block for each source, the shortest of many, in turn."""
    best = [float("inf")] * len(sources)
    for _ in range(REPEATS):
        for place, source in enumerate(sources):
            began = time.process_time()
            source.fill(inputs, 0)
            best[place] = min(best[place], time.process_time() - began)
    return [seconds / inputs.numel() * 1e9 for seconds in best]


def build_ms(sigma: float, grid: PixelGrid) -> float:
    """Return the processor time of building the tables for one sigma."""
    level_tables.cache_clear()
    began = time.process_time()
    DiscreteGaussian(sigma, grid)
    return (time.process_time() - began) * 1e3


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    grid = PixelGrid()
    print(
        f"{'input':20}{'sigma':>6}{'pairs':>7}{'gaussian':>10}{'discrete':>10}{'ratio':>7}   (ns an element)"
    )
    for name, shape in SHAPES.items():
        batch = max(8, ELEMENTS // int(np.prod(shape)) // 2 * 2)
        pixels = np.random.default_rng(0).integers(0, 256, shape)
        x = torch.from_numpy(grid.values(pixels))
        inputs = torch.empty((batch, *shape))
        for sigma in (0.12, 0.25, 1.0):
            for draws in (batch, batch // 2):
                both = draws < batch
                sources: list[NoiseSource] = [
                    gaussian_source(x, draws, sigma, 1, ESTIMATION, antithetic=both),
                    discrete_source(x, draws, sigma, 1, ESTIMATION, grid, antithetic=both),
                ]
                gaussian, discrete = nanoseconds(sources, inputs)
                pairs = "yes" if both else "no"
                print(
                    f"{name:20}{sigma:6}{pairs:>7}{gaussian:10.2f}{discrete:10.2f}{discrete / gaussian:7.2f}"
                )
    for sigma in (0.12, 0.25, 1.0):
        print(f"sigma {sigma}: tables built in {build_ms(sigma, grid):.0f} ms, once a process")


if __name__ == "__main__":
    main()
