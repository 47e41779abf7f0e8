"""Compiled weighting of sums of noise by group, rounded to the 2^-20 grid, for second order on the CPU."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from certificates.counts.exact_sums import GRID
from worker.compiling import compiled

Sums = NDArray[np.float64]

_UNIT = 1.0 / GRID
_TOGETHER: Final = 1024
"""Elements of a row that are weighted together. A choice: what they need stays in the core's cache."""


@compiled
def add_weighted(groups: Sums, centre: float, out: Sums) -> None:
    """Add ``groups[c] - centre * sum(groups)``, rounded to the grid, to ``out[c]``.

    ``groups``: (groups, d); ``out``: (k, d) of the first ``k`` groups, numbers on the grid. This is the sum
    of ``(1 - centre) g`` over group ``c`` and of ``-centre g`` over all others.
    """
    taken = np.empty(_TOGETHER)
    for start in range(0, groups.shape[1], _TOGETHER):
        stop = min(start + _TOGETHER, groups.shape[1])
        for i in range(stop - start):
            taken[i] = 0.0
        for c in range(len(groups)):
            group = groups[c, start:stop]
            for i in range(stop - start):
                taken[i] += centre * group[i]
        for c in range(len(out)):
            group, target = groups[c, start:stop], out[c, start:stop]
            for i in range(stop - start):
                target[i] += np.rint((group[i] - taken[i]) * GRID) * _UNIT


def warm_up() -> None:
    """Compile now: worker/queue/warm_up.py."""
    sums = np.zeros((1, 1))
    add_weighted(sums, 0.5, sums.copy())
