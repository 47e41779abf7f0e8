"""Fingerprints of what the compiled generators draw. Run as a program it prints them, one a line."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from worker.noise.box_muller import draw
from worker.noise.discrete.cpu_draws import Levels
from worker.noise.discrete.rounded_gaussian import DiscreteGaussian
from worker.noise.philox import Key

KEY: Key = np.array([7, 11, 13, 17], dtype=np.uint32)


def of_numbers() -> str:
    """SHA-256 of the first 2**20 normal numbers of KEY, as little-endian float32."""
    numbers = np.empty(2**20, np.float32)
    draw(KEY, 0, numbers)
    return _sha256("<f4", [numbers])


def of_levels() -> str:
    """SHA-256 of the first 2**20 levels of KEY for sigma = 0.25 on 8-bit pixels, as little-endian int16."""
    return _sha256("<i2", (piece for _, piece in Levels(DiscreteGaussian(0.25)).pieces(KEY, 0, 2**20)))


def _sha256(kind: str, pieces: Iterable[NDArray[np.float32] | NDArray[np.int16]]) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece.astype(kind).tobytes())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.stdout.write(f"{of_numbers()}\n{of_levels()}\n")
