"""The gradient bounds of all epochs hold at once: simulated for classifiers with a known gradient."""

from __future__ import annotations

import math
from bisect import bisect_left

import numpy as np
import pytest
from scipy.stats import binom

from benchmarks.gradient_coverage import PHI_0
from certificates import PairStatistic, epoch_at, epoch_ends, epoch_share, gradient_norm_upper_all_pairs

N = 200
ETA = 0.05
REPETITIONS = 20_000


@pytest.mark.parametrize("d", [1, 49])
@pytest.mark.parametrize("threshold", [2.1343, 1.1])
def test_whoever_picks_the_epoch_with_the_smallest_bound_is_seldom_wrong(threshold: float, d: int) -> None:
    """The classifier hits beyond ``threshold``, and from its negative to 0.

    Across that direction no vote depends on the noise, so sums of vectors and of squares are drawn from their
    laws there.
    """
    gradient = abs(2.0 * PHI_0 * math.exp(-0.5 * threshold**2) - PHI_0)
    rng, width = np.random.default_rng(d), d - 1
    along, across = np.zeros(REPETITIONS), np.zeros((REPETITIONS, width))
    squares, wrong, before = np.zeros(REPETITIONS), np.zeros(REPETITIONS, dtype=bool), 0
    for n in epoch_ends(N, 25):
        more = n - before
        z = rng.standard_normal((REPETITIONS, more))
        hit = (z > threshold) | ((z < 0.0) & (z > -threshold))
        added = 0.5 * math.sqrt(more) * rng.standard_normal(across.shape)
        along += ((hit - 0.5) * z).sum(axis=1)
        across += added
        squares += 0.25 * (z**2).sum(axis=1) + (added**2).sum(axis=1) / more
        squares += 0.25 * rng.chisquare((more - 1) * width, REPETITIONS) if width else 0.0
        means = (along**2 + (across**2).sum(axis=1) - squares) / (n * (n - 1))
        share, ordered = epoch_share(ETA, epoch_at(n, N)), np.sort(means)

        def holds(u: float, n: int = n, share: float = share) -> bool:
            return gradient_norm_upper_all_pairs(PairStatistic(n, u), d, 1.0, share, 0.5) >= gradient

        wrong |= means < ordered[min(bisect_left(ordered, True, key=holds), REPETITIONS - 1)]
        before = n
    assert np.count_nonzero(wrong) <= binom.ppf(1.0 - 1e-6, REPETITIONS, ETA)
