"""Count simulated runs whose certificate is wrong, without a certificate for every run."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray


def count_wrong(
    hits: NDArray[np.int64], less: NDArray[np.float64] | NDArray[np.int64], wrong: Callable[[int], bool]
) -> int:
    """Return for how many runs ``wrong(run)`` holds; ``hits`` and ``less`` have the shape (runs,).

    Where it holds for a run, it must hold for every run with no fewer hits and no larger ``less``: neither
    shrinks a radius (tests/certificates/certifiers/test_monotone_in_counts.py). So only those runs are asked
    that no other decides, the likeliest to be wrong first.
    """
    rank = np.argsort(np.argsort(hits, kind="stable")) - np.argsort(np.argsort(less, kind="stable"))
    order = np.argsort(rank)
    count = 0
    while order.size:
        run = int(order[-1])
        if wrong(run):
            decided = (hits[order] >= hits[run]) & (less[order] <= less[run])
            count += int(decided.sum())
        else:
            decided = (hits[order] <= hits[run]) & (less[order] >= less[run])
        order = order[~decided]
    return count
