"""Gradient sums that no noise gives are named, and honest ones are not."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr
from scipy.stats import chi2

from certificates import (
    AllPairsMean,
    AllPairsSums,
    Evidence,
    GradientSums,
    HitCounts,
    Weights,
    round_up_to_grid,
)
from certificates.bounds.plausible_sums import (
    LIKELIEST,
    implausible,
    least_mean_error,
    mean_range,
    paired_sum_range,
)

SIZES = pytest.mark.parametrize(("n", "d"), [(1, 1), (10, 2), (500, 784), (50_000, 49), (20_000, 150_528)])


def below(t: float, d: int) -> float:
    """Return ``P(X . Y <= -t)`` for independent standard normal vectors of ``d`` elements, exactly."""
    law = chi2(d)
    ends = law.ppf(1e-40), law.isf(1e-40)
    points = sorted({ends[0], *(law.isf(q) for q in (1e-20, 1e-10, 0.01, 0.5, 0.99)), ends[1]})
    parts = [
        quad(lambda q: law.pdf(q) * ndtr(-t / math.sqrt(q)), a, b, epsabs=0.0, epsrel=1e-6, limit=200)[0]
        for a, b in itertools.pairwise(points)
    ]
    return math.fsum(parts)


@SIZES
def test_a_classifier_that_always_hits_passes_the_limits_as_rarely_as_is_said(n: int, d: int) -> None:
    """Its sums are products of normal vectors, whose law is known; its gradient is zero."""
    low, high = paired_sum_range(n, d)
    assert 1e-40 < below(-low, n * d) <= LIKELIEST
    assert below(high, n * d) <= LIKELIEST


@SIZES
def test_larger_sums_than_the_steepest_classifier_gives_are_out_of_range(n: int, d: int) -> None:
    steepest = 1.0 / (2.0 * math.pi)
    assert paired_sum_range(n, d)[1] > n * steepest
    assert paired_sum_range(10**8, 3)[1] < 1.02 * 10**8 * steepest


def evidence_of(n: int, gradient: GradientSums, missed: int = 0) -> Evidence:
    return Evidence(hits=HitCounts(n, 0, (n - missed, missed)), gradient=gradient)


@pytest.mark.parametrize("d", [1, 7, 300])
@pytest.mark.parametrize("kind", ["half-space", "slab", "random", "always", "never"])
def test_honest_sums_are_plausible(d: int, kind: str) -> None:
    rng = np.random.default_rng(d)
    for n in (2, 20, 400):
        g = rng.standard_normal((2, n, d))
        votes = {
            "half-space": g[..., 0] > -0.3,
            "slab": np.abs(g[..., 0]) < 0.7,
            "random": np.sin(1e3 * g[..., 0]) > 0.0,
            "always": np.ones((2, n), bool),
            "never": np.zeros((2, n), bool),
        }[kind]
        paired = round_up_to_grid(float(((g[0] * g[1]).sum(axis=1) * votes[0] * votes[1]).sum()))
        assert list(implausible(evidence_of(2 * n, GradientSums(d, n, paired)))) == []
        for weights, weight in ((Weights.SCORES, votes - 0.5), (Weights.MISSES, 1.0 - votes)):
            x = (weight[..., None] * g).reshape(2 * n, d)
            squares = float((x**2).sum()) - 2e-6 * n * d
            sums = AllPairsSums.of_block(weights, 2 * n, x.sum(axis=0), max(squares, 0.0))
            gradient = GradientSums(d, 0, 0.0, sums=sums).condensed()
            missed = int((~votes).sum())
            assert list(implausible(evidence_of(2 * n, gradient, missed))) == []
            if weights is Weights.SCORES:
                mean = sums.condensed()
                per_class = GradientSums(d, 0, 0.0, per_class=(mean, mean))
                assert list(implausible(evidence_of(2 * n, per_class))) == []


@SIZES
def test_paired_sums_beyond_the_limits_are_named(n: int, d: int) -> None:
    low, high = paired_sum_range(n, d)
    for paired in (low * 1.01 - 1.0, high * 1.01 + 1.0):
        named = list(implausible(evidence_of(2 * n, GradientSums(d, n, round_up_to_grid(paired)))))
        assert len(named) == 1
        assert "paired_sum" in named[0]
    assert list(implausible(evidence_of(2 * n, GradientSums(d, 0, -1.0))))


def test_every_class_is_looked_at() -> None:
    n, d = 10_000, 49
    good, bad = (AllPairsMean(Weights.SCORES, n, d, mean, 1e-3) for mean in (0.01, -1.0))
    named = list(implausible(evidence_of(n, GradientSums(d, 0, 0.0, per_class=(good, bad)))))
    assert len(named) == 1
    assert named[0].startswith("per_class[1].mean -1.0 was not sampled")


@pytest.mark.parametrize("weights", list(Weights))
@SIZES
def test_a_mean_of_all_pairs_beyond_the_limits_is_named(n: int, d: int, weights: Weights) -> None:
    samples = 2 * n
    low, high = mean_range(samples, d, weights)
    assert low < 0.0 < 1.0 / (2.0 * math.pi) < high
    for mean in (low * 1.01 - 1e-6, high * 1.02 + 1e-4 * d, -1e9):
        error = least_mean_error(AllPairsMean(weights, samples, d, mean, 0.0))
        stated = AllPairsMean(weights, samples, d, mean, error)
        named = list(implausible(evidence_of(samples, GradientSums(d, 0, 0.0, all_pairs=stated), samples)))
        beyond = mean < low - error or mean > high + error + (2 * d + 1) / 2**20 / (samples - 1)
        assert [one.startswith("all_pairs.mean") for one in named] == ([True] if beyond else [])


def mean_beyond(end: float, n: int, d: int, *, above: bool) -> float:
    """Return how likely the mean of all pairs of a classifier that always hits is beyond ``end``, exactly.

    ``U = ((n - 1) a - b) / (4 n (n - 1))`` for independent chi-squares, ``a`` of ``d`` and ``b`` of ``(n -
    1) d`` degrees of freedom: ``|S|^2`` is ``n a / 4`` and ``Q`` is ``(a + b) / 4``.
    """
    law, other = chi2(d), chi2((n - 1) * d)
    tail = law.sf if above else law.cdf
    points = sorted(
        {*(other.ppf(q) for q in (1e-40, 1e-20, 1e-9, 0.1, 0.9)), *(map(other.isf, (1e-9, 1e-20, 1e-40)))}
    )
    parts = [
        quad(
            lambda b: other.pdf(b) * tail((4.0 * n * (n - 1) * end + b) / (n - 1)),
            *ends,
            epsabs=0.0,
            epsrel=1e-5,
        )
        for ends in itertools.pairwise(points)
    ]
    return math.fsum(part[0] for part in parts)


@pytest.mark.parametrize(("n", "d"), [(2, 1), (3, 2), (20, 784), (100_000, 49), (40_000, 150_528)])
def test_its_mean_of_all_pairs_passes_the_limits_as_rarely_as_is_said(n: int, d: int) -> None:
    low, high = mean_range(n, d, Weights.SCORES)
    assert mean_beyond(low, n, d, above=False) <= LIKELIEST
    assert mean_beyond(high, n, d, above=True) <= LIKELIEST
    if n > 3:
        assert mean_beyond(0.5 * low, n, d, above=False) > LIKELIEST


def test_a_mean_of_one_sample_is_zero() -> None:
    for mean, named in ((0.0, 0), (-1e-9, 1)):
        stated = GradientSums(3, 0, 0.0, all_pairs=AllPairsMean(Weights.MISSES, 1, 3, mean, 0.0))
        assert len(list(implausible(evidence_of(1, stated)))) == named


@pytest.mark.parametrize("missed", [0, 1, 2, 40])
def test_few_misses_cannot_give_a_mean_far_below_zero(missed: int) -> None:
    n, d, error = 100_000, 784, 1e-9
    low, _ = mean_range(n, d, Weights.MISSES)
    longest = -missed * d * 121.0 / (n * (n - 1.0)) if missed > 1 else 0.0
    for mean, named in ((0.999 * low, True), (1.01 * longest - 2e-9, True), (0.99 * longest, False)):
        stated = AllPairsMean(Weights.MISSES, n, d, mean, error)
        said = list(implausible(evidence_of(n, GradientSums(d, 0, 0.0, all_pairs=stated), missed)))
        assert [one.startswith("all_pairs.mean") for one in said] == [True] * named


def test_a_rounding_error_that_is_too_small_is_named() -> None:
    rng = np.random.default_rng(3)
    sums = AllPairsSums.of_block(Weights.SCORES, 4096, rng.standard_normal(49) * 32, 0.25 * 4096 * 49)
    mean = sums.condensed()
    for part, named in ((1.0, False), (0.1, True), (0.0, True)):
        stated = replace(mean, error=part * mean.error)
        said = list(implausible(evidence_of(4096, GradientSums(49, 0, 0.0, all_pairs=stated))))
        assert bool(said) == named
        assert all("all_pairs.error" in sentence for sentence in said)
