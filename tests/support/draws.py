"""The noise of a block, drawn apart from the sampler."""

from __future__ import annotations

import torch

from worker.noise.box_muller import draw
from worker.noise.generator_keys import block_key, device_generator


def fill_noise(out: torch.Tensor, seed: int, stream: int, block: int) -> None:
    """Fill ``out`` with the unit noise at the start of a block, on the device that it lies on."""
    if out.device.type != "cpu":
        out.normal_(generator=device_generator(seed, stream, block, out.device))
        return
    draw(block_key(seed, stream, block), 0, out.numpy().reshape(-1))
