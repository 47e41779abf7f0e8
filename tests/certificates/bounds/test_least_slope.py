"""The lower bound on the gradient: simulated at eta = 0.05 on classifiers whose gradient is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
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
@pytest.mark.parametrize(("d", "n", "p"), [(1, 100, 0.7), (2, 300, 0.95), (49, 500, 0.8), (120, 160, 0.5)])
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


def least_again(mean: AllPairsMean, sigma: float, alpha: float) -> float:
    """Compute the bound of the docstring a second time, at the best ``x`` of all, in units of 1/sigma."""
    pairs, proxy = mean.n - 1, {Weights.SCORES: 0.40219, Weights.MISSES: 1.28638}[mean.weights]
    u = mean.mean - mean.error - (2 * mean.d + 1) * 2.0**-20 / pairs

    def negative(log_x: float) -> float:
        x = math.exp(log_x)
        spread = -math.log(alpha) - mean.d / 2.0 * (math.log1p(-x) + pairs * math.log1p(x / pairs))
        return (x - 1.0) * (u - 2.0 * proxy / (x * mean.n) * spread)

    start = min(np.linspace(-24.0, -1e-3, 300), key=negative)
    found = minimize_scalar(
        negative, bounds=(start - 0.1, min(start + 0.1, -1e-6)), method="bounded", options={"xatol": 1e-9}
    )
    return math.sqrt(max(-float(found.fun), 0.0)) / sigma


@pytest.mark.parametrize("weights", list(Weights))
@pytest.mark.parametrize("sigma", [1.0, 0.25])
@pytest.mark.parametrize(
    ("n", "d", "u", "error", "alpha"),
    [
        (10_000, 1, 0.05, 1e-3, 1e-3),
        (100_000, 784, 0.02, 1e-6, 1e-4),
        (1000, 150_528, 40.0, 0.5, 0.3),
        (2, 1, 9.0, 0.0, 0.1),
        (3, 4, 30.0, 1.0, 0.01),
        (10**6, 1, 1e-11, 1e-12, 1.0 - 1e-12),
        (10**6, 3, 3e-11, 0.0, 1.0 - 1e-12),
    ],
)
def test_it_is_the_best_bound_of_its_family(
    n: int, d: int, u: float, error: float, alpha: float, sigma: float, weights: Weights
) -> None:
    """Near an alpha of 1 the noise counts so little that the rounding of ``Q`` decides."""
    mean = AllPairsMean(weights, n, d, u, error)
    best = least_again(mean, sigma, alpha)
    assert best > 0.0
    assert (1.0 - 2e-4) * best <= gradient_norm_lower(mean, sigma, alpha) <= best * (1.0 + 1e-12)
