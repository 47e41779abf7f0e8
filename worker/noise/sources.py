"""Make the source of a job's noise, on the device that computes its model."""

from __future__ import annotations

from pkgutil import resolve_name
from typing import Protocol, cast

import numpy as np
import torch
from numpy.typing import NDArray

from certificates.noise_laws import Noise
from worker.noise.drawn_laws import DRAWN_LAWS, DrawnLaw
from worker.noise.generator_keys import NoiseSource

Input = NDArray[np.float32] | torch.Tensor
"""One input in the model's input space, without the batch dimension."""
Scale = tuple[float, float]
"""The ends of the scale of a model's input."""
UNIT: Scale = (0.0, 1.0)


class SourceOf(Protocol):
    """Makes the source of one law of noise."""

    def __call__(
        self,
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
        """Return the source for an input of float32, on its device; arguments as of ``noise_source``."""


def noise_source(
    x: Input,
    device: torch.device,
    draws: int,
    sigma: float,
    seed: int,
    stream: int,
    law: Noise,
    scale: Scale = UNIT,
    *,
    antithetic: bool = False,
    summed: bool = False,
) -> NoiseSource:
    """Return the source of noise around an input, on the device of its model; ``draws`` in each block.

    ``scale`` is that of the model's input. ``summed``: a gradient statistic will ask for sums over all draws
    of each block, which may be formed while the block is drawn. ValueError if this worker cannot draw the
    law, or the law does not fit this input or this sigma.
    """
    base = x if isinstance(x, torch.Tensor) else torch.tensor(x, dtype=torch.float32)
    placed = base.to(device=device, dtype=torch.float32)
    source_of = _source_of(DRAWN_LAWS.named(law.name))
    return source_of(placed, draws, sigma, seed, stream, scale, antithetic=antithetic, summed=summed)


def import_sources() -> None:
    """Import what draws every law now, so that no job waits for it."""
    for drawn in DRAWN_LAWS:
        _source_of(drawn)


def _source_of(drawn: DrawnLaw) -> SourceOf:
    return cast("SourceOf", resolve_name(drawn.source))
