"""The tables of discrete noise on a GPU, and the same look-ups in PyTorch's integer operations."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from worker.noise.discrete.kernels import AMBIGUOUS
from worker.noise.discrete.rounded_gaussian import DiscreteGaussian

_SIGN_BIT = -(2**63)


class DeviceTables:
    """Draws the law of a DiscreteGaussian on a device, from that device's own random bits.

    ``pixels``: the clean input as pixel values, of the shape of one input. Given the same words the levels
    and inputs equal those of DiscreteGaussian, bit for bit.
    """

    def __init__(self, law: DiscreteGaussian, pixels: NDArray[np.int16], device: torch.device) -> None:
        self._reach = law.max_abs
        self._by_bucket = torch.from_numpy(law.by_bucket).to(device)
        self._below = torch.from_numpy(law.below).to(device)
        # Flipping the sign bit makes signed comparison agree with the order of unsigned numbers.
        self._deep = torch.from_numpy(law.deep.view(np.int64) ^ np.int64(_SIGN_BIT)).to(device)
        self._steps = int(np.diff(law.below).max()).bit_length()
        self._values = torch.from_numpy(law.values).to(device)
        self._means = torch.from_numpy(law.means).to(device)
        self._origin = torch.from_numpy(pixels.astype(np.int32) + law.max_abs).to(device)

    def sample(self, generator: torch.Generator, out: torch.Tensor) -> None:
        """Fill ``out``, contiguous int16 of any shape, with independent draws."""
        leading = self._words(generator, -(-out.numel() // 4)).view(torch.int16)[: out.numel()]
        bucket = leading.to(torch.int32) & 0xFFFF
        levels = out.view(-1)
        torch.index_select(self._by_bucket, 0, bucket, out=levels)
        open_ = (levels == AMBIGUOUS).nonzero().squeeze(1)
        levels[open_] = self.resolve(bucket[open_], self._words(generator, len(open_)))

    def resolve(self, bucket: torch.Tensor, words: torch.Tensor) -> torch.Tensor:
        """Return the levels of draws, (n,), from leading 16 bits (int32) and the next 64 (int64)."""
        low, high = self._below[bucket], self._below[bucket + 1]
        deep = words ^ _SIGN_BIT
        for _ in range(self._steps):
            middle = (low + high) // 2
            reached = self._deep[middle.clamp(max=len(self._deep) - 1)] <= deep
            going = low < high
            low = torch.where(reached & going, middle + 1, low)
            high = torch.where(~reached & going, middle, high)
        return (low - self._reach).to(torch.int16)

    def write_inputs(self, levels: torch.Tensor, out: torch.Tensor, sign: int) -> None:
        """Write the float32 inputs at ``pixels + sign * levels`` to ``out``, of the shape of ``levels``."""
        index = torch.add(self._origin, levels.to(torch.int32), alpha=sign)
        torch.index_select(self._values, 0, index.view(-1), out=out.view(-1))

    def conditional_mean(self, levels: torch.Tensor) -> torch.Tensor:
        """Return ``E[e / sigma | J = j]``, float64, in the shape of ``levels``."""
        return self._means[levels.to(torch.int32) + self._reach]

    def _words(self, generator: torch.Generator, count: int) -> torch.Tensor:
        """Return uniform 64-bit words, as int64."""
        words = torch.empty(count, dtype=torch.int64, device=self._values.device)
        return words.random_(_SIGN_BIT, None, generator=generator)
