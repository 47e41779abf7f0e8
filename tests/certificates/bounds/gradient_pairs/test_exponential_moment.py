"""The inequality behind the bounds, without chance: the exponential moment of U is integrated exactly.

Each bound says that ``E exp(-theta N (N - 1) U)`` is at most an expression in ``m``. By Markov's inequality
this moment gives a threshold, at which the bound must be at least the true ``m``, for every parameter.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import ndtri

from certificates import PairStatistic
from certificates.bounds import all_pairs_gradient, missed_gradient
from certificates.bounds.pair_integral import added_remainder
from certificates.bounds.rare_votes import RareVotes
from certificates.bounds.slope_proxy import PROXY_VARIANCE, proxy_variance
from certificates.curves.normal_law import profile
from tests.support import exponential_moments as moments

Array = NDArray[np.float64]
LOG = -math.log(0.05)
X = (0.003, 0.02, 0.1, 0.6)
SLOPES = (0.02, 0.1, 0.4, 2.0)
LARGEST_EXPONENT = 22.0
"""Above it, the integral cancels to below the precision of float64."""

Z = moments.places()
VOTES: dict[str, Array] = {
    name: np.asarray(votes, dtype=np.float64)
    for name, votes in {
        "half-space": Z > 0.0,
        "half-space off the middle": Z > -0.52,
        "two thresholds, worst at small slopes": (Z > 1.18) | ((Z < 0.0) & (Z > -1.18)),
        "two thresholds, worst at all slopes": (Z > 2.1343) | ((Z < 0.0) & (Z > -2.1343)),
        "nearly even votes": 0.5 + 0.05 * np.sign(Z),
        "even": np.abs(Z) < 1.0,
    }.items()
}


def missed(kind: str, q: float) -> Array:
    far = ndtri(q) > -Z
    votes = {
        "far end": far,
        "two far ends": np.abs(Z) > -ndtri(0.5 * q),
        "middle": np.abs(Z) < -ndtri(0.5 * (1.0 - q)),
        "half of it at the far end": 0.5 * far + 0.5 * q,
        "anywhere": np.full_like(Z, q),
    }[kind]
    return np.asarray(votes, dtype=np.float64)


def shortfall(bound: float, square: float) -> float:
    """How far a bound is below ``m``, relative to what quadrature may be off."""
    return (square - bound) / (1e-9 + 1e-6 * square)


@pytest.mark.parametrize("n", [20, 300, 10_000])
@pytest.mark.parametrize("kind", VOTES)
def test_no_votes_have_a_larger_moment_than_the_theorems_for_scores_allow(kind: str, n: int) -> None:
    norm = abs(moments.mean(VOTES[kind]))
    for x in X:
        places = np.array([x])
        every = np.array([PROXY_VARIANCE]), None
        for proxy, slopes in [every, *((proxy_variance(np.array([s])), np.array([s])) for s in SLOPES)]:
            theta = x / (2.0 * float(proxy[0]) * (n - 1))
            if theta * n * n * norm * norm > LARGEST_EXPONENT or theta > 0.5:
                continue
            along, across = moments.log_moment_of_scores(VOTES[kind], theta, n)
            for d in (1, 2, 49, 784):
                log_moment = along + (d - 1) * across
                statistic = PairStatistic(n, (-LOG - log_moment) / (theta * n * (n - 1)))
                if slopes is None:
                    bound = all_pairs_gradient._bound(statistic, d, places, proxy, np.array([LOG]))
                else:
                    bound = all_pairs_gradient._bound_at_slope(statistic, d, LOG, norm, places, slopes)
                assert shortfall(float(bound[0]), norm * norm) <= 0.0


@pytest.mark.parametrize(
    ("n", "q"), [(20, 0.3), (300, 0.05), (10_000, 0.3), (10_000, 0.005), (100_000, 0.05)]
)
@pytest.mark.parametrize(
    "kind", ["far end", "two far ends", "middle", "half of it at the far end", "anywhere"]
)
def test_no_misses_have_a_larger_moment_than_the_theorem_for_misses_allows(
    kind: str, n: int, q: float
) -> None:
    votes = missed(kind, q)
    norm, chance = abs(moments.mean(votes)), moments.probability(votes) * (1.0 + 1e-9)
    in_each = [RareVotes(chance, d) for d in (1, 2, 49, 20_000)]
    for x in (0.003, 0.05, 0.4):
        theta = x / (2.0 * chance * (n - 1))
        if theta * n * n * norm * norm > LARGEST_EXPONENT or theta > 0.2:
            continue
        slopes = np.array(SLOPES)
        places, largest = np.full_like(slopes, x), profile(min(chance, 0.5))
        rest = LOG, largest, places, slopes
        bounded = [
            rare
            for rare in in_each
            if np.isfinite(missed_gradient._bound(PairStatistic(n, 0.0), rare, *rest)).any()
        ]
        logs = moments.log_moments_of_misses(votes, theta, n, [rare.d for rare in bounded])
        for rare, log_moment in zip(bounded, logs, strict=True):
            statistic = PairStatistic(n, (-LOG - log_moment) / (theta * n * (n - 1)))
            bounds = missed_gradient._bound(statistic, rare, *rest)
            assert shortfall(float(bounds.min()), norm * norm) <= 0.0, rare.d


@pytest.mark.parametrize("outside", [True, False])
@pytest.mark.parametrize(("n", "q"), [(100, 0.3), (300, 0.05), (10_000, 0.005)])
def test_no_radial_misses_have_a_larger_moment_either(n: int, q: float, outside: bool) -> None:
    """Misses beyond a sphere raise the variance in every direction, as far as entropy lets them."""
    d, nearest = 60, math.inf
    for x in (0.02, 0.1, 0.4):
        theta = x / (2.0 * q * (n - 1))
        log_moment, chance = moments.log_moment_of_radial_misses(q, theta, n, d, outside=outside)
        rare = RareVotes(chance * (1.0 + 1e-9), d)
        slopes = np.array([0.05, 0.1, 0.3, 1.0])
        places = np.full_like(slopes, 2.0 * theta * rare.q * (n - 1))
        statistic = PairStatistic(n, (-LOG - log_moment) / (theta * n * (n - 1)))
        bounds = missed_gradient._bound(statistic, rare, LOG, profile(rare.q), places, slopes)
        nearest = min(nearest, float(bounds.min()) * theta * n * (n - 1))
        assert log_moment > 0.0
    assert 0.0 <= nearest < math.inf


def test_the_moments_are_nearly_as_large_as_the_theorems_allow() -> None:
    """So a constant that is a few hundredths too small is noticed above."""
    n, d, x, slope = 10_000, 784, np.array([0.02]), np.array([0.2])
    proxy = proxy_variance(slope)
    left = added_remainder(all_pairs_gradient._log_remainder(x, slope, proxy, n, d, 0.04))
    theta = float(x[0] / (2.0 * proxy[0] * (n - 1)))
    assert math.isfinite(left[0])
    votes = VOTES["two thresholds, worst at small slopes"]
    along, across = moments.log_moment_of_scores(votes, theta, n)
    exact = along + (d - 1) * across
    allowed = 0.5 * d * (-math.log1p(x[0]) - (n - 1) * math.log1p(-x[0] / (n - 1)))
    assert 0.92 * allowed < exact <= allowed
