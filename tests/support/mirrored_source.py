"""A source of noise of the tests' own: that of Gaussian noise, with the sign of every number changed."""

from __future__ import annotations

from functools import partial

import torch

from worker.noise.gaussian_source import gaussian_source
from worker.noise.generator_keys import Fill, NoiseSource
from worker.noise.sources import Scale


class MirroredSource:
    """A NoiseSource: draws around ``-x``, and mirrors what was drawn."""

    def __init__(self, around_mirrored: NoiseSource) -> None:
        self._inner = around_mirrored

    def begin(self, inputs: torch.Tensor, block: int) -> Fill:
        return partial(self._fill, self._inner.begin(inputs, block), inputs)

    def _fill(self, fill: Fill, inputs: torch.Tensor, part: int) -> None:
        fill(part)
        inputs.neg_()

    def unit(self, rows: slice) -> torch.Tensor:
        return -self._inner.unit(rows)

    def sum_groups(self, groups: torch.Tensor, start: int, out: torch.Tensor) -> float:
        squares = self._inner.sum_groups(groups, start, out)
        out.neg_()
        return squares

    def rounding(self, products: int) -> float:
        return self._inner.rounding(products)


def mirrored_source(
    x: torch.Tensor,
    draws: int,
    sigma: float,
    seed: int,
    stream: int,
    scale: Scale,
    *,
    antithetic: bool = False,
    summed: bool = False,
) -> NoiseSource:
    inner = gaussian_source(-x, draws, sigma, seed, stream, scale, antithetic=antithetic, summed=summed)
    return MirroredSource(inner)
