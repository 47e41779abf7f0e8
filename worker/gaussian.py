"""Float32 Gaussian noise for the sampler, scaled and added in float32."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import torch

from worker.noise import NoiseSource, add_by_group, block_key, device_generator, rounding_of_products
from worker.normal import CHUNK, Floats, Numbers, add_scaled, sum_groups

KEPT: Final = 2**22
"""Numbers of a block that are kept for a gradient, at most: 16 MiB. Larger blocks are drawn again."""


def gaussian_source(
    x: torch.Tensor,
    draws: int,
    sigma: float,
    seed: int,
    stream: int,
    *,
    antithetic: bool = False,
    keep: bool = False,
) -> NoiseSource:
    """Return the source for an input of float32, on its device; ``draws`` of noise a block.

    ``keep``: a gradient will ask for the noise of each block once more.
    """
    if x.device.type == "cpu":
        kept = draws * x.numel() if keep else 0
        return HostGaussianSource(x, sigma, seed, stream, antithetic=antithetic, kept=kept)
    return DeviceGaussianSource(x, draws, sigma, seed, stream, antithetic=antithetic)


def float32_at_least(sigma: float) -> np.float32:
    """Return the least float32 number not below ``sigma``, which is positive.

    Noise that is a little larger than stated has a larger radius than the one that is certified.
    """
    nearest = np.float32(sigma)
    return nearest if float(nearest) >= sigma else np.nextafter(nearest, np.float32(np.inf))


class HostGaussianSource:
    """A NoiseSource on the CPU. The draws depend on (seed, stream, block) alone, on every machine.

    The ``kept`` numbers of a block stay for ``unit`` and ``sum_groups``, if there are few enough; otherwise
    they are drawn again, which gives the same.
    """

    def __init__(
        self,
        x: torch.Tensor,
        sigma: float,
        seed: int,
        stream: int,
        *,
        antithetic: bool = False,
        kept: int = 0,
    ) -> None:
        flat = x.numpy().ravel()
        self._shape, self._d = x.shape, flat.size
        self._tiled = np.resize(flat, flat.size + CHUNK)
        self._scale = float32_at_least(sigma)
        self._seed, self._stream, self._antithetic = seed, stream, antithetic
        self._numbers = Numbers()
        self._key = block_key(seed, stream, 0)
        self._kept = np.empty(kept, np.float32) if 0 < kept <= KEPT else None

    def fill(self, inputs: torch.Tensor, block: int, part: int = 0) -> None:
        """See NoiseSource."""
        if part == 0:
            self._key = block_key(self._seed, self._stream, block)
        halves = np.split(inputs.numpy().reshape(-1), 2) if self._antithetic else [inputs.numpy().reshape(-1)]
        first, count = part * halves[0].size, halves[0].size
        for done, numbers in self._numbers.pieces(self._key, first, count):
            if self._kept is not None:
                self._kept[first + done : first + done + len(numbers)] = numbers
            for out, scale in zip(halves, (self._scale, -self._scale), strict=False):
                target = out[done : done + len(numbers)]
                add_scaled(self._tiled, scale, numbers, first + done, self._d, target)

    def unit(self, rows: slice) -> torch.Tensor:
        """Return the noise itself, float32."""
        out = np.empty((rows.stop - rows.start, *self._shape), dtype=np.float32)
        flat = out.reshape(-1)
        for done, numbers in self._again(rows.start * self._d, flat.size):
            flat[done : done + len(numbers)] = numbers
        return torch.from_numpy(out)

    def sum_groups(self, groups: torch.Tensor, start: int, out: torch.Tensor) -> None:
        """See NoiseSource."""
        names, sums = groups.numpy(), out.numpy()
        for done, numbers in self._again(start * self._d, names.size * self._d):
            sum_groups(numbers, done, names, sums)

    def _again(self, first: int, count: int) -> Iterator[tuple[int, Floats]]:
        """Yield numbers of the block that ``fill`` has drawn, in pieces, with how many came before each."""
        if self._kept is None:
            yield from self._numbers.pieces(self._key, first, count)
        else:
            yield 0, self._kept[first : first + count]

    def rounding(self, products: int) -> float:
        """See ``rounding_of_products``. That the noise itself is rounded is another matter.

        Float32 noise is an approximation of Gaussian noise: docs/floating-point.md.
        """
        return rounding_of_products(products)


class DeviceGaussianSource:
    """A NoiseSource on a GPU, with PyTorch's generator of that device; the noise of one block is kept."""

    def __init__(
        self, x: torch.Tensor, draws: int, sigma: float, seed: int, stream: int, *, antithetic: bool = False
    ) -> None:
        self._x, self._scale = x, float(float32_at_least(sigma))
        self._seed, self._stream, self._antithetic = seed, stream, antithetic
        self._noise = torch.empty((draws, *x.shape), dtype=torch.float32, device=x.device)

    def fill(self, inputs: torch.Tensor, block: int, part: int = 0) -> None:
        """See NoiseSource. All draws of a block are made with its first part."""
        if part == 0:
            self._noise.normal_(
                generator=device_generator(self._seed, self._stream, block, self._noise.device)
            )
        draws = len(inputs) // 2 if self._antithetic else len(inputs)
        noise = self._noise[part * draws : (part + 1) * draws]
        torch.add(self._x, noise, alpha=self._scale, out=inputs[:draws])
        if self._antithetic:
            torch.sub(self._x, noise, alpha=self._scale, out=inputs[draws:])

    def unit(self, rows: slice) -> torch.Tensor:
        """Return the noise itself, float32."""
        return self._noise[rows]

    def sum_groups(self, groups: torch.Tensor, start: int, out: torch.Tensor) -> None:
        """See NoiseSource."""
        add_by_group(self._noise[start : start + len(groups)], groups, out)

    def rounding(self, products: int) -> float:
        """See ``rounding_of_products``."""
        return rounding_of_products(products)
