"""Make the source of a job's noise, on the device that computes its model."""

from __future__ import annotations

from pkgutil import resolve_name
from typing import Protocol, cast

import numpy as np
from numpy.typing import NDArray

from certificates.noise_laws import Noise
from jobs.plan import Device
from worker.noise.drawn_laws import DRAWN_LAWS, DrawnLaw
from worker.noise.noise_source import NoiseSource

Input = NDArray[np.float32]
"""One input in the model's input space, without the batch dimension."""
Scale = tuple[float, float]
"""The ends of the scale of a model's input."""
UNIT: Scale = (0.0, 1.0)


class SourceOf(Protocol):
    """Makes the source of one law of noise."""

    def __call__(
        self,
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
        """Return the source around an input of float32; arguments as of ``noise_source``."""


def noise_source(
    x: Input,
    device: Device,
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
    source_of = _source_of(DRAWN_LAWS.named(law.name), device)
    return source_of(
        np.asarray(x, np.float32), draws, sigma, seed, stream, scale, antithetic=antithetic, summed=summed
    )


def import_sources(device: Device) -> None:
    """Import what draws every law on a kind of device now, so that no job waits for it."""
    for drawn in DRAWN_LAWS:
        _source_of(drawn, device)


def _source_of(drawn: DrawnLaw, device: Device) -> SourceOf:
    return cast("SourceOf", resolve_name(drawn.sources[device]))
