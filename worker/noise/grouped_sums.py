"""Compiled per-group sums of noise on the CPU. The noise of the largest group is not drawn again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from worker.compiling import compiled

Groups = NDArray[np.int64]
Sums = NDArray[np.float64]


@compiled
def set_apart(names: Groups, groups: int, rows: Groups) -> tuple[int, int]:
    """Find the largest group, the first of equals, and write the draws outside it to ``rows``, in order.

    ``names``: shape (draws,), the group of each draw, 0 to ``groups - 1``; ``rows``: at least as long.
    Returns the group and the number of draws written.
    """
    sizes = np.zeros(groups, np.int64)
    for i in range(len(names)):
        sizes[names[i]] += 1
    largest = 0
    for group in range(groups):
        if sizes[group] > sizes[largest]:
            largest = group
    found = 0
    for i in range(len(names)):
        if names[i] != largest:
            rows[found] = i
            found += 1
    return largest, found


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
