"""Gaussian noise that anyone can draw again: a function of (seed, stream, block) and the device alone."""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np
import torch

from worker.batch import Device

SELECTION: Final = 0
"""Stream of the samples that choose the class. They never count in the estimates."""
ESTIMATION: Final = 1
"""Stream of the samples that are counted."""


GENERATORS: Final[dict[Device, str]] = {
    "cpu": "philox4x32-10/box-muller/float32",
    "cuda": "torch-philox/float32",
}
"""Names of the generators of Gaussian noise, as a job's plan and its certificate state them."""

LARGEST_NUMBER: Final = 11.0
"""Above every number that stands for unit noise.

NumPy's float32 ziggurat reaches ``3.66 + ln(2**24) / 3.65 = 8.3``, the Box-Muller transform of 33 random bits
on a GPU 6.8. A conditional mean of discrete noise is ``E[g | J = j] <= E[g | g > a] < a + 1 / a``, and no
``a`` there is above 10.3.
"""


def fill_noise(out: torch.Tensor, seed: int, stream: int, block: int) -> None:
    """Fill ``out`` with independent standard normal numbers.

    ``out`` is a contiguous float32 tensor of any shape. On the CPU the numbers come from NumPy's SFC64, on
    a GPU from the generator of PyTorch on that device; both are seeded from
    ``SeedSequence(seed, spawn_key=(stream, block))``, so that blocks are independent of each other.
    Equal arguments give equal numbers on the same kind of device; CPU and GPU differ.
    """
    if out.device.type == "cpu":
        host_generator(seed, stream, block).standard_normal(dtype=np.float32, out=out.numpy())
        return
    generator = torch.Generator(out.device)
    source = np.random.SeedSequence(seed, spawn_key=(stream, block))
    generator.manual_seed(int(source.generate_state(1, np.uint64)[0]))
    out.normal_(generator=generator)


def host_generator(seed: int, stream: int, block: int) -> np.random.Generator:
    """Return the generator of a block on the CPU, at its start."""
    source = np.random.SeedSequence(seed, spawn_key=(stream, block))
    return np.random.Generator(np.random.SFC64(source))


class NoiseSource(Protocol):
    """Where the noisy inputs of a block come from: one input, one law of noise, one stream."""

    def fill(self, inputs: torch.Tensor, block: int, part: int = 0) -> None:
        """Write the inputs of one forward pass of a block; its parts are asked for in order, from 0.

        ``inputs`` is contiguous float32 of shape ``(rows, *input shape)``, ``rows`` the same for all parts.
        With antithetic pairs its first half is ``x + eps`` and its second half, from the same draws,
        ``x - eps``. Into how many parts a block is cut does not change its draws.
        """

    def unit(self, rows: slice) -> torch.Tensor:
        """Return what stands for ``g = eps / sigma`` in these draws of the block, as a gradient needs it."""

    def rounding(self, products: int) -> float:
        """Return what to add to a float64 sum of that many products of ``unit`` numbers, to be above it."""


def rounding_of_products(products: int) -> float:
    """Return ``m^2 b^2 2**-52`` for ``m`` products of numbers up to ``b`` = LARGEST_NUMBER.

    Twice the worst case of summation in any order, the rounding of factors and products included.
    """
    return float((products * LARGEST_NUMBER) ** 2 * 2.0**-52)


class GaussianSource:
    """Float32 Gaussian noise, scaled and added in float32; ``draws`` of it a block.

    On the CPU the draws of a part are made when that part is asked for, while they fit a cache.
    """

    def __init__(
        self, x: torch.Tensor, draws: int, sigma: float, seed: int, stream: int, *, antithetic: bool = False
    ) -> None:
        self._x, self._sigma, self._seed, self._stream = x, sigma, seed, stream
        self._antithetic = antithetic
        self._noise = torch.empty((draws, *x.shape), dtype=torch.float32, device=x.device)
        self._generator: np.random.Generator | None = None

    def fill(self, inputs: torch.Tensor, block: int, part: int = 0) -> None:
        """See NoiseSource."""
        draws = len(inputs) // 2 if self._antithetic else len(inputs)
        noise = self._noise[part * draws : (part + 1) * draws]
        if part == 0 and noise.device.type == "cpu":
            self._generator = host_generator(self._seed, self._stream, block)
        elif part == 0:
            fill_noise(self._noise, self._seed, self._stream, block)
        if self._generator is not None:
            self._generator.standard_normal(dtype=np.float32, out=noise.numpy())
        torch.add(self._x, noise, alpha=self._sigma, out=inputs[:draws])
        if self._antithetic:
            torch.sub(self._x, noise, alpha=self._sigma, out=inputs[draws:])

    def unit(self, rows: slice) -> torch.Tensor:
        """Return the noise itself, float32."""
        return self._noise[rows]

    def rounding(self, products: int) -> float:
        """See ``rounding_of_products``. That the noise itself is rounded is another matter.

        Float32 noise is an approximation of Gaussian noise: docs/floating-point.md.
        """
        return rounding_of_products(products)
