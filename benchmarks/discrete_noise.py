"""Measure the cost of discrete and of Gaussian noise, in nanoseconds for each element, on one thread.

    OMP_NUM_THREADS=1 python benchmarks/discrete_noise.py

Both columns time the sampler's own code on one block: draw the noise and write the noisy inputs (``inputs``),
the same for antithetic pairs (``pairs``), and draw the noise again and add it to one of two float64 sums
(``sums``), as second order does.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from certificates import Noise
from certificates.noise_laws.pixel_grid import PixelGrid
from worker.noise.discrete.exact_tables import level_tables
from worker.noise.discrete.rounded_gaussian import DiscreteGaussian
from worker.noise.generator_keys import ESTIMATION
from worker.noise.noise_source import NoiseSource
from worker.noise.sources import noise_source

Floats = NDArray[np.float32]

SHAPES = {"mnist 1x28x28": (1, 28, 28), "cifar 3x32x32": (3, 32, 32), "imagenet 3x224x224": (3, 224, 224)}
ELEMENTS = 2**21
REPEATS = 25


def nanoseconds(steps: list[Callable[[], object]], elements: int) -> list[float]:
    """Return each step's processor time for one element: the least of many runs, with the steps in turns."""
    best = [float("inf")] * len(steps)
    for _ in range(REPEATS):
        for place, step in enumerate(steps):
            began = time.process_time()
            step()
            best[place] = min(best[place], time.process_time() - began)
    return [seconds / elements * 1e9 for seconds in best]


def steps_of(what: str, x: Floats, rows: int, sigma: float) -> list[Callable[[], object]]:
    """Return one step of a block with Gaussian noise, and the same with discrete noise."""
    both = what == "pairs"
    draws = rows // 2 if both else rows
    sources = [
        noise_source(x, "cpu", draws, sigma, 1, ESTIMATION, law, antithetic=both)
        for law in (Noise.GAUSSIAN, Noise.DISCRETE)
    ]
    if what == "sums":
        groups, sums = np.arange(rows) % 2, np.zeros((2, x.size))
        return [partial(source.sum_groups, groups, 0, sums) for source in sources]
    inputs = np.empty((rows, *x.shape), np.float32)
    return [partial(_fill, source, inputs) for source in sources]


def _fill(source: NoiseSource, inputs: Floats) -> None:
    source.begin(inputs, 0)(0)


def build_ms(sigma: float, grid: PixelGrid) -> float:
    """Return the processor time of building the tables for one sigma."""
    level_tables.cache_clear()
    began = time.process_time()
    DiscreteGaussian(sigma, grid)
    return (time.process_time() - began) * 1e3


def main() -> None:
    """Print the table."""
    grid = PixelGrid()
    print(
        f"{'input':20}{'sigma':>6}{'step':>8}{'gaussian':>10}{'discrete':>10}{'ratio':>7}   (ns an element)"
    )
    for name, shape in SHAPES.items():
        rows = max(8, ELEMENTS // int(np.prod(shape)) // 2 * 2)
        x = grid.values(np.random.default_rng(0).integers(0, 256, shape))
        for sigma in (0.12, 0.25, 1.0):
            for what in ("inputs", "pairs", "sums"):
                gaussian, discrete = nanoseconds(steps_of(what, x, rows, sigma), rows * x.size)
                print(
                    f"{name:20}{sigma:6}{what:>8}{gaussian:10.2f}{discrete:10.2f}{discrete / gaussian:7.2f}"
                )
    for sigma in (0.12, 0.25, 1.0):
        print(f"sigma {sigma}: tables built in {build_ms(sigma, grid):.0f} ms, once a process")


if __name__ == "__main__":
    main()
