"""Keys of noise generators. Noise depends only on (seed, stream, block) and the kind of device."""

from __future__ import annotations

from typing import Final

import numpy as np

from worker.noise.philox import Key

SELECTION: Final = 0
"""Stream of the samples that select the class. They are never used for estimates."""
ESTIMATION: Final = 1
"""Stream of the samples that are counted."""


def block_key(seed: int, stream: int, block: int) -> Key:
    """Return the key of a block's numbers: 128 bits, spread by NumPy's SeedSequence."""
    return np.asarray(spread(seed, stream, block).generate_state(4, np.uint32), dtype=np.uint32)


def spread(seed: int, stream: int, block: int) -> np.random.SeedSequence:
    """Return the seed sequence of a block, which gives nearby blocks unrelated bits."""
    return np.random.SeedSequence(seed, spawn_key=(stream, block))
