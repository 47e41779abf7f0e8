"""The statistic that gradient bounds from all pairs take: the mean inner product over pairs of samples."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PairStatistic:
    """``U = (|S|^2 - Q) / (N (N - 1))``, rounded up.

    Each of ``N`` = ``samples`` independent samples gives a vector ``X = w g``, its unit noise times a weight
    that its vote decides. ``S`` is the sum of the vectors and ``Q`` the sum of their squared norms, so ``U``
    is the mean of ``X_i . X_j`` over all pairs ``i != j``. ``u_upper``: an upper bound on ``U``; with fewer
    than two samples there is no pair, and it is not read. ValueError unless it is finite and the samples are
    not negative.
    """

    samples: int
    u_upper: float

    def __post_init__(self) -> None:
        if self.samples < 0 or not math.isfinite(self.u_upper):
            raise ValueError(
                f"samples must not be negative and U must be finite, got {self.samples} and {self.u_upper}"
            )
