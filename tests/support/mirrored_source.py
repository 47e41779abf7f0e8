"""A source of noise of the tests' own: that of Gaussian noise, with the sign of every number changed."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from worker.noise.gaussian_source import HostGaussianSource
from worker.noise.noise_source import Fill, NoiseSource
from worker.noise.sources import Input, Scale

Floats = NDArray[np.float32]


class MirroredSource:
    """A NoiseSource: draws around ``-x``, and mirrors what was drawn."""

    def __init__(self, around_mirrored: HostGaussianSource) -> None:
        self._inner = around_mirrored

    def begin(self, inputs: Floats, block: int) -> Fill:
        return partial(self._fill, self._inner.begin(inputs, block), inputs)

    def _fill(self, fill: Fill, inputs: Floats, part: int) -> None:
        fill(part)
        np.negative(inputs, out=inputs)

    def unit(self, rows: slice) -> Floats:
        return -self._inner.unit(rows)

    def sum_groups(self, groups: NDArray[np.int64], start: int, out: NDArray[np.float64]) -> float:
        squares = self._inner.sum_groups(groups, start, out)
        np.negative(out, out=out)
        return squares

    def rounding(self, products: int) -> float:
        return self._inner.rounding(products)


def mirrored_source(
    x: Input,
    draws: int,
    sigma: float,
    seed: int,
    stream: int,
    scale: Scale,
    *,
    antithetic: bool = False,
    summed: bool = False,
) -> NoiseSource:
    return MirroredSource(
        HostGaussianSource(-x, draws, sigma, seed, stream, scale, antithetic=antithetic, summed=summed)
    )
