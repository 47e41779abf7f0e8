"""Figure 4a: second-order radii from samples that turn out as they do on average."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from certificates import (
    FIRST_ORDER,
    SECOND_ORDER,
    AllPairsMean,
    Bounds,
    Evidence,
    GradientSums,
    HitCounts,
    Weights,
    certify,
    gradient_norm_ceiling,
    round_up_to_grid,
)

Array = NDArray[np.float64]

D: Final = 49
"""Input elements: 7x7 pixels, as in the paper."""
N: Final = 10**8
ETA: Final = 0.001
SCORES: Final = (0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class SampledRadii:
    """Radii of one score by its true gradient norm, in units of sigma; shape (points,)."""

    score: float
    gradient: Array
    paper: Array
    tight: Array
    first_order: float


def average_evidence(score: float, gradient: float, n: int, d: int) -> Evidence:
    """Return the counts of ``n`` samples whose every statistic equals its mean.

    ``gradient`` is ``sigma * ||grad p||``. Both statistics of the gradient have the mean ``gradient**2``.
    """
    hits = round(score * n)
    sums = GradientSums(
        d,
        n // 2,
        round_up_to_grid(n // 2 * gradient**2),
        all_pairs=AllPairsMean(Weights.SCORES, n, d, gradient**2, 1e-9),
    )
    return Evidence(hits=HitCounts(n, 0, (hits, n - hits)), gradient=sums)


def sampled_radii(
    score: float, *, n: int = N, d: int = D, eta: float = ETA, points: int = 41
) -> SampledRadii:
    """Return one line of Figure 4a, with the bounds of the paper and with the tight ones."""
    gradients = np.linspace(0.0, gradient_norm_ceiling(score, 1.0), points)
    cases = [average_evidence(score, gradient, n, d) for gradient in gradients]
    paper, tight = (
        np.array([certify(SECOND_ORDER, case, 1.0, eta, bounds).radius for case in cases])
        for bounds in (Bounds.PAPER, Bounds.TIGHT)
    )
    first = certify(FIRST_ORDER, Evidence(hits=cases[0].hits), 1.0, eta).radius
    return SampledRadii(score, gradients, paper, tight, first)
