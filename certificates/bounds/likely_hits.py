"""How many hits a number of samples will probably have. It serves plans, and certifies nothing."""

from __future__ import annotations

import math

from scipy.special import bdtrik

CHANCE = 0.9
"""A job has at least so many hits with this probability. A choice: a plan should hold more often than not."""


def likely_hits(n: int, score: float) -> int:
    """Return hits that ``n`` samples of a class with this score reach with probability ``CHANCE`` or more.

    ValueError unless ``n >= 0`` and ``0 <= score <= 1``.
    """
    if n < 0 or not 0.0 <= score <= 1.0:
        raise ValueError(f"{n} samples of score {score} cannot be")
    misses = 1.0 - score
    if n == 0 or misses == 0.0:
        return n
    if score == 0.0:
        return 0
    return n - math.ceil(float(bdtrik(CHANCE, n, misses)) - 1e-9)
