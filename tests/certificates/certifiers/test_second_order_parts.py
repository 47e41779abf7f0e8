"""Second order with few samples, and what its parts say of a job that may give up."""

from __future__ import annotations

import math

import pytest

from certificates import (
    SECOND_ORDER,
    AllPairsMean,
    Bounds,
    Evidence,
    GradientSums,
    HitCounts,
    Weights,
    epoch_share,
    second_order_radius,
)
from certificates import probability_lower_anytime as anytime
from certificates.bounds.final_counts import final_hits_upper
from certificates.bounds.least_slope import gradient_norm_lower
from certificates.certifiers.second_order import GRADIENT_SHARE
from certificates.curves.directed_rounding import radius_down
from certificates.curves.normal_law import profile

SIGMA, N, D = 0.5, 4000, 3


def of(n: int, hits: int, gradient: GradientSums) -> Evidence:
    return Evidence(hits=HitCounts(n, 0, (hits, n - hits)), gradient=gradient)


@pytest.mark.parametrize(("pairs", "estimate"), [(0, None), (1, 1.0), (2, math.sqrt(0.5))])
def test_the_papers_estimate_is_the_mean_of_the_products(pairs: int, estimate: float | None) -> None:
    evidence = of(10, 8, GradientSums(2, pairs, 0.25 * (pairs > 0)))
    norm = SECOND_ORDER.certify(evidence, SIGMA, 0.01, Bounds.PAPER).gradient_norm
    assert norm is not None
    assert norm.estimate == estimate


@pytest.mark.parametrize(("n", "estimate"), [(1, None), (2, 0.6), (3, 0.6)])
def test_one_sample_estimates_no_slope(n: int, estimate: float | None) -> None:
    mean = AllPairsMean(Weights.SCORES, n, D, 0.09 * (n > 1), 0.0)
    norm = SECOND_ORDER.certify(of(n, n, GradientSums(D, 0, 0.0, all_pairs=mean)), SIGMA, 0.01).gradient_norm
    assert norm is not None
    assert norm.estimate == (None if estimate is None else pytest.approx(estimate))


def test_one_vote_needs_its_sums_and_none_needs_none() -> None:
    bare = GradientSums(D, 0, 0.0)
    assert SECOND_ORDER.certify(of(0, 0, bare), SIGMA, 0.01, Bounds.TIGHT).abstained
    for n in (1, 2):
        with pytest.raises(ValueError, match="need gradient sums of all pairs"):
            SECOND_ORDER.certify(of(n, n, bare), SIGMA, 0.01, Bounds.TIGHT)


@pytest.mark.parametrize("slope", [0.0, 0.1, 0.6])
@pytest.mark.parametrize("eta", [1e-4, 0.05])
def test_what_is_to_come_takes_a_third_of_the_doubt_for_each_part(slope: float, eta: float) -> None:
    """The best votes, with the least slope of the last epoch where eta lets that be used."""
    doubt, n, hits = 1e-3, 2000, 1900
    mean = AllPairsMean(Weights.SCORES, n, D, (slope * profile(0.05)) ** 2, 1e-9, N)
    assert mean.epoch is not None
    sums = GradientSums(D, 0, 0.0, all_pairs=mean)
    best = final_hits_upper(hits, n, N, doubt / 3.0)
    p_lower = anytime(best, N, (1.0 - GRADIENT_SHARE) * eta)
    least = gradient_norm_lower(mean, SIGMA, epoch_share(doubt / 3.0, mean.epoch))
    usable = GRADIENT_SHARE * eta <= doubt / 3.0
    exact = second_order_radius(p_lower, least if usable else 0.0, SIGMA)
    found = SECOND_ORDER.best_to_come(of(n, hits, sums), SIGMA, eta, N, doubt)
    assert found == pytest.approx(exact, rel=2e-5)
    flat = SECOND_ORDER.best_to_come(of(n, hits, GradientSums(D, 0, 0.0)), SIGMA, eta, N, doubt)
    assert flat == radius_down(second_order_radius(p_lower, 0.0, SIGMA)) >= found


def test_samples_that_all_miss_are_bounded_like_any_others() -> None:
    mean = AllPairsMean(Weights.MISSES, 10, D, 0.01, 0.0)
    certificate = SECOND_ORDER.certify(of(10, 0, GradientSums(D, 0, 0.0, all_pairs=mean)), SIGMA, 0.01)
    assert certificate.abstained
    assert certificate.gradient_norm is not None
    assert certificate.gradient_norm.upper <= certificate.gradient_norm.ceiling
