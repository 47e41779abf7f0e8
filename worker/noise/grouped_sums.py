"""Sums of noise by group of draws on the CPU, without drawing the largest group again; compiled by numba."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from worker.compiling import compiled

Groups = NDArray[np.int64]
Sums = NDArray[np.float64]


@compiled
def set_apart(names: Groups, groups: int, rows: Groups) -> tuple[int, int]:
    """Find the largest group, the first of equals, and write which draws are not in it to ``rows``, in order.

    ``names``: the group of each draw, 0 to ``groups - 1``; ``rows``: as long or longer. Returns the group and
    how many draws were written.
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
    """Write ``total`` minus the sums of all other groups to that of the ``missing`` one.

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
