"""Exact coverage of the gradient bounds from pairs for discrete noise: every outcome is listed.

The noise is a normal number of which only the cell is drawn, as in ``discrete`` noise. Conditional means
stand for it. Each cell votes, in every possible way.
"""

from __future__ import annotations

import math
from functools import cache
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr

from certificates import PairStatistic, Weights
from certificates.bounds.all_pairs_gradient import squared_norm_upper
from certificates.bounds.missed_gradient import squared_norm_upper_misses

Array = NDArray[np.float64]
EDGES = np.array([-math.inf, -1.1, 0.0, 1.1, math.inf])
CELLS = len(EDGES) - 1
CHANCES = np.diff(ndtr(EDGES))
MEANS = -np.diff(np.exp(-0.5 * EDGES**2)) / math.sqrt(2.0 * math.pi) / CHANCES


@cache
def outcomes(n: int) -> tuple[Array, Array]:
    """Return how often each cell was drawn, in every possible way, and the probability of that."""
    counts = np.array([c for c in product(range(n + 1), repeat=CELLS - 1) if sum(c) <= n], dtype=np.float64)
    counts = np.column_stack([counts, n - counts.sum(axis=1)])
    logs = gammaln(n + 1.0) - gammaln(counts + 1.0).sum(axis=1) + counts @ np.log(CHANCES)
    return counts, np.exp(logs)


@pytest.mark.parametrize("alpha", [0.05, 0.4, 0.9])
@pytest.mark.parametrize("n", [2, 5, 40])
@pytest.mark.parametrize("weights", Weights)
def test_no_votes_of_cells_are_miscovered_too_often(weights: Weights, n: int, alpha: float) -> None:
    counts, chances = outcomes(n)
    assert chances.sum() == pytest.approx(1.0, abs=1e-12)
    for hits in product((0.0, 1.0), repeat=CELLS):
        vote = np.array(hits)
        weight = vote - 0.5 if weights is Weights.SCORES else 1.0 - vote
        terms = weight * MEANS
        square = float(CHANCES @ terms) ** 2
        missed = float(CHANCES @ (1.0 - vote))
        if square < 1e-9 or missed == 0.0:
            continue
        means = ((counts @ terms) ** 2 - counts @ terms**2) / (n * (n - 1))

        def holds(u: float, missed: float = missed, square: float = square) -> bool:
            statistic = PairStatistic(n, u)
            if weights is Weights.SCORES:
                found = squared_norm_upper(statistic, 1, alpha, math.sqrt(square))
            else:
                found = squared_norm_upper_misses(statistic, 1, alpha, min(missed * (1.0 + 1e-12), 1.0))
            return found >= square

        rising = np.unique(means)
        low, high = -1, len(rising)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if holds(float(rising[middle])) else (middle, high)
        failed = rising[low] if low >= 0 else -math.inf
        assert chances[means <= failed].sum() <= alpha
