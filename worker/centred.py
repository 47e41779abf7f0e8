"""The sums of second order on the CPU: centred and rounded to their grid, compiled by numba."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from worker.compiling import compiled

GRID: Final = 2.0**20
"""Units of the grid of SplitSums to one: numbers on it add exactly."""
_UNIT = 1.0 / GRID


@compiled
def add_centred(groups: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    """Add ``groups[c] - sum(groups) / 2``, rounded to the grid, to ``out[c]``.

    ``groups``: (groups, d); ``out``: (k, d) of the first ``k`` groups, numbers on the grid.
    """
    half = np.zeros(groups.shape[1])
    for c in range(len(groups)):
        for i in range(len(half)):
            half[i] += 0.5 * groups[c, i]
    for c in range(len(out)):
        for i in range(len(half)):
            out[c, i] += np.rint((groups[c, i] - half[i]) * GRID) * _UNIT


def warm_up() -> None:
    """Compile now: worker/warm_up.py."""
    add_centred(np.zeros((1, 1)), np.zeros((1, 1)))
