"""Compiled per-group sums of noise on the CPU. The noise of the largest group is not drawn again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from worker.compiling import compiled

Groups = NDArray[np.int64]
Sums = NDArray[np.float64]


@compiled
def set_apart(names: Groups, groups: int, apart: Groups) -> tuple[int, int]:
    """Find the largest group, the first of equals, and copy the names to ``apart`` with -1 for those in it.

    ``names``: shape (draws,), the group of each draw, 0 to ``groups - 1``; ``apart``: of the same shape.
    Returns the group and the number of draws outside it.
    """
    sizes = np.zeros(groups, np.int64)
    for i in range(len(names)):
        sizes[names[i]] += 1
    largest = 0
    for group in range(groups):
        if sizes[group] > sizes[largest]:
            largest = group
    for i in range(len(names)):
        apart[i] = names[i] if names[i] != largest else -1
    return largest, len(names) - sizes[largest]


@compiled
def complete(total: Sums, missing: int, out: Sums) -> None:
    """Write ``total`` minus the sums of all other groups to the row of the ``missing`` group.

    ``total``: (d,); ``out``: (groups, d).
    """
    target = out[missing]
    for i in range(len(total)):
        target[i] = total[i]
    for group in range(len(out)):
        if group != missing:
            other = out[group]
            for i in range(len(total)):
                target[i] -= other[i]


def warm_up() -> None:
    """Compile now: worker/queue/warm_up.py."""
    sums, draws = np.zeros((1, 1)), np.zeros(1, np.int64)
    set_apart(draws, 1, draws.copy())
    complete(sums[0], 0, sums)
