"""Gaussian noise that anyone can draw again: a function of (seed, stream, block) and the device alone."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch

SELECTION: Final = 0
"""Stream of the samples that choose the class. They never count in the estimates."""
ESTIMATION: Final = 1
"""Stream of the samples that are counted."""


def fill_noise(out: torch.Tensor, seed: int, stream: int, block: int) -> None:
    """Fill ``out`` with independent standard normal numbers.

    ``out`` is a contiguous float32 tensor of any shape. On the CPU the numbers come from NumPy's SFC64, on
    a GPU from the generator of PyTorch on that device; both are seeded from
    ``SeedSequence(seed, spawn_key=(stream, block))``, so that blocks are independent of each other.
    Equal arguments give equal numbers on the same kind of device; CPU and GPU differ.
    """
    source = np.random.SeedSequence(seed, spawn_key=(stream, block))
    if out.device.type == "cpu":
        np.random.Generator(np.random.SFC64(source)).standard_normal(dtype=np.float32, out=out.numpy())
        return
    generator = torch.Generator(out.device)
    generator.manual_seed(int(source.generate_state(1, np.uint64)[0]))
    out.normal_(generator=generator)
