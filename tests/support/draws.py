"""The noise of a block, drawn apart from the sampler."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from worker.noise.box_muller import draw
from worker.noise.generator_keys import block_key


def unit_noise(shape: tuple[int, ...], seed: int, stream: int, block: int) -> NDArray[np.float32]:
    """Return the unit noise at the start of a block, as the CPU draws it."""
    out = np.empty(shape, np.float32)
    draw(block_key(seed, stream, block), 0, out.reshape(-1))
    return out
