"""Epochs of the anytime-valid gradient bound (docs/theorems.md, Theorem 9): when each of them ends.

Epoch ``k`` ends when the job has at least ``n / 2**k`` of its ``n`` samples, so epoch 0 ends with all of
them. The numbers of samples alone decide which epoch it is, and so which part of eta its bound may spend.
"""

from __future__ import annotations


def epoch_at(samples: int, n: int) -> int:
    """Return the epoch that ends at ``samples`` of ``n``: the least ``k`` with ``samples >= n / 2**k``.

    ValueError unless ``1 <= samples <= n``.
    """
    if not 1 <= samples <= n:
        raise ValueError(f"an epoch ends at 1 to {n} samples, not at {samples}")
    return (-(-n // samples) - 1).bit_length()


def epoch_ends(n: int, step: int) -> tuple[int, ...]:
    """Return the sample counts at which epochs end in a job of ``n`` samples, in rising order.

    ``step``: samples between two points at which the job's sums are read. Each epoch ends at the first such
    point with enough samples, so no two of these counts belong to one epoch. ValueError if an argument is not
    positive.
    """
    if step < 1 or n < 1:
        raise ValueError(f"epochs need at least one sample, got n = {n} and step = {step}")
    ends = {n}
    needed = n
    while needed > step:
        needed = -(-needed // 2)
        ends.add(min(n, -(-needed // step) * step))
    return tuple(sorted(ends))
