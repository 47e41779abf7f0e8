"""Noise that anyone can draw again: a function of (seed, stream, block) and the kind of device alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

import numpy as np
import torch

from worker.noise.philox import Key

SELECTION: Final = 0
"""Stream of the samples that choose the class. They never count in the estimates."""
ESTIMATION: Final = 1
"""Stream of the samples that are counted."""


Fill = Callable[[int], None]
"""Writes the inputs of forward pass ``p`` of a block; called with 0, 1, ... in this order, once each."""


class NoiseSource(Protocol):
    """Where the noisy inputs of a block come from: one input, one law of noise, one stream."""

    def begin(self, inputs: torch.Tensor, block: int) -> Fill:
        """Begin a block; what is returned writes the inputs of its forward passes to ``inputs``.

        ``inputs`` is contiguous float32 of shape ``(rows, *input shape)``. With antithetic pairs its first
        half is ``x + eps`` and its second half, from the same draws, ``x - eps``. Into how many passes a
        block is cut does not change its draws. It is all about this block until ``begin`` is called again.
        """

    def unit(self, rows: slice) -> torch.Tensor:
        """Return what stands for ``g = eps / sigma`` in draws ``rows.start`` to ``rows.stop``.

        Shape ``(rows, *input shape)``, float32 or float64, on the device of the input.
        """

    def sum_groups(self, groups: torch.Tensor, start: int, out: torch.Tensor) -> None:
        """Write to row ``c`` of ``out`` the sum of the unit noise of the draws ``start + i`` in group ``c``.

        ``groups``: of each of these draws, int64; ``out``: float64 of shape (groups, d); both on the device
        of the input. With ``m`` draws and ``b`` = LARGEST_NUMBER, the numbers written for one element err by
        at most ``3 m^2 b 2**-53`` together.
        """

    def rounding(self, products: int) -> float:
        """Return what to add to a float64 sum of that many products of ``unit`` numbers, to be above it."""


def block_key(seed: int, stream: int, block: int) -> Key:
    """Return the key of a block's numbers: 128 bits, spread by NumPy's SeedSequence."""
    return np.asarray(_spread(seed, stream, block).generate_state(4, np.uint32), dtype=np.uint32)


def device_generator(seed: int, stream: int, block: int, device: torch.device) -> torch.Generator:
    """Return PyTorch's generator on a GPU, at the start of a block."""
    return torch.Generator(device).manual_seed(
        int(_spread(seed, stream, block).generate_state(1, np.uint64)[0])
    )


def _spread(seed: int, stream: int, block: int) -> np.random.SeedSequence:
    """Spread a block's numbers over the bits that seed a generator: nearby blocks get unrelated ones."""
    return np.random.SeedSequence(seed, spawn_key=(stream, block))


def add_by_group(unit: torch.Tensor, groups: torch.Tensor, out: torch.Tensor) -> None:
    """Write the sums of the rows of ``unit`` by group to the rows of ``out``, as a matrix product in float64.

    In a fixed order, which adding by index on a GPU would not be.
    """
    member = groups == torch.arange(len(out), device=out.device)[:, None]
    torch.mm(member.double(), unit.reshape(len(groups), -1).double(), out=out)
