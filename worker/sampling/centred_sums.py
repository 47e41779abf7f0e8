"""Compiled centring of per-class sums of noise, rounded to the 2^-20 grid, for second order on the CPU."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from certificates.counts.exact_sums import GRID
from worker.compiling import compiled

Sums = NDArray[np.float64]

_UNIT = 1.0 / GRID


@compiled
def add_centred(groups: Sums, out: Sums) -> None:
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
    """Compile now: worker/queue/warm_up.py."""
    sums = np.zeros((1, 1))
    add_centred(sums, sums)
