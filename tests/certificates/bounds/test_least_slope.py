"""The lower bound on the gradient: simulated at eta = 0.05 on classifiers whose gradient is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtri

from certificates import Weights
from certificates.bounds.least_slope import gradient_norm_lower
from certificates.counts.all_pairs import AllPairsMean, AllPairsSums

ALPHA = 0.05


def half_space(d: int, n: int, p: float, weights: Weights, rng: np.random.Generator) -> AllPairsMean:
    """Draw ``n`` samples of the half-space with score ``p``: no score of ``p`` has a larger gradient."""
    g = rng.standard_normal((n, d))
    hit = g[:, 0] > -float(ndtri(p))
    weight = np.where(hit, 0.5, -0.5) if weights is Weights.SCORES else np.where(hit, 0.0, 1.0)
    terms = weight[:, None] * g
    return AllPairsSums.of_block(weights, n, terms.sum(axis=0), float((terms**2).sum())).condensed()


@pytest.mark.parametrize("weights", list(Weights))
@pytest.mark.parametrize(("d", "n", "p"), [(1, 100, 0.7), (2, 300, 0.95), (49, 500, 0.8), (300, 400, 0.5)])
def test_it_exceeds_the_gradient_in_at_most_one_run_of_twenty(
    d: int, n: int, p: float, weights: Weights
) -> None:
    rng = np.random.default_rng(d + n)
    exact = math.exp(-0.5 * float(ndtri(p)) ** 2) / math.sqrt(2.0 * math.pi)
    runs = 1000
    bounds = [gradient_norm_lower(half_space(d, n, p, weights, rng), 1.0, ALPHA) for _ in range(runs)]
    assert sum(bound > exact for bound in bounds) <= ALPHA * runs
    assert all(bound >= 0.0 for bound in bounds)


def test_it_nears_the_gradient_and_scales_with_sigma() -> None:
    mean = AllPairsMean(Weights.SCORES, 10**7, 784, 0.09, 1e-12)
    assert 0.29 < gradient_norm_lower(mean, 1.0, 1e-3) < 0.3
    ratio = gradient_norm_lower(mean, 0.25, 1e-3) / gradient_norm_lower(mean, 1.0, 1e-3)
    assert ratio == pytest.approx(4.0)
    assert gradient_norm_lower(mean, 1.0, 1e-9) < gradient_norm_lower(mean, 1.0, 1e-3)


def test_few_samples_show_no_slope() -> None:
    assert gradient_norm_lower(AllPairsMean(Weights.SCORES, 1, 3, 0.0, 0.0), 1.0, 0.05) == 0.0
    assert gradient_norm_lower(AllPairsMean(Weights.SCORES, 100, 3072, 0.01, 1e-9), 1.0, 0.05) == 0.0
    with pytest.raises(ValueError, match="strictly between"):
        gradient_norm_lower(AllPairsMean(Weights.SCORES, 100, 3, 0.01, 1e-9), 1.0, 0.0)
