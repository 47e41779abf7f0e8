"""Gradient sums that no noise gives are named, and honest ones are not."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr
from scipy.stats import chi2

from certificates import Evidence, GradientSums, HitCounts, SplitProduct, SplitSums, round_up_to_grid
from certificates.bounds.plausible_sums import (
    LIKELIEST,
    implausible,
    inner_product_range,
    least_error,
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
    low, high = inner_product_range(n, d)
    assert 1e-36 < below(-low * 4 * n, d) <= LIKELIEST
    assert below(high * 4 * n, d) <= LIKELIEST
    low, high = paired_sum_range(n, d)
    assert 1e-40 < below(-low, n * d) <= LIKELIEST
    assert below(high, n * d) <= LIKELIEST


@SIZES
def test_larger_sums_than_the_steepest_classifier_gives_are_out_of_range(n: int, d: int) -> None:
    steepest = 1.0 / (2.0 * math.pi)
    assert inner_product_range(n, d)[1] > steepest
    assert paired_sum_range(n, d)[1] > n * steepest
    assert inner_product_range(10**7, 3)[1] < 1.02 * steepest
    assert paired_sum_range(10**8, 3)[1] < 1.02 * 10**8 * steepest


def evidence_of(n: int, gradient: GradientSums) -> Evidence:
    return Evidence(hits=HitCounts(n, 0, (n, 0)), gradient=gradient)


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
        a, b = ((votes - 0.5)[..., None] * g).sum(axis=1)
        split = SplitSums.of_block(n, a, n, b)
        paired = round_up_to_grid(float(((g[0] * g[1]).sum(axis=1) * votes[0] * votes[1]).sum()))
        for one in (split, split.condensed()):
            assert list(implausible(evidence_of(2 * n, GradientSums(d, n, paired, one)))) == []
        per_class = GradientSums(d, 0, 0.0, per_class=(split, split))
        assert list(implausible(evidence_of(2 * n, per_class))) == []


@SIZES
def test_sums_beyond_the_limits_are_named(n: int, d: int) -> None:
    low, high = inner_product_range(n, d)
    for inner in (low * 1.01, high * 1.01, -1e9):
        product = SplitProduct(n, n, d, inner, least_error(inner, n, n, d))
        error = product.error
        assert (inner < low - error or inner > high + error) == bool(
            list(implausible(evidence_of(2 * n, GradientSums(d, 0, 0.0, product))))
        )
    low, high = paired_sum_range(n, d)
    for paired in (low * 1.01 - 1.0, high * 1.01 + 1.0):
        named = list(implausible(evidence_of(2 * n, GradientSums(d, n, round_up_to_grid(paired)))))
        assert len(named) == 1
        assert "paired_sum" in named[0]
    assert list(implausible(evidence_of(2 * n, GradientSums(d, 0, -1.0))))


def test_every_class_is_looked_at() -> None:
    n, d = 10_000, 49
    error = 2.0 * least_error(0.01, n, n, d)
    good, bad = SplitProduct(n, n, d, 0.01, error), SplitProduct(n, n, d, -1.0, 1e-3)
    named = list(implausible(evidence_of(2 * n, GradientSums(d, 0, 0.0, per_class=(good, bad)))))
    assert len(named) == 1
    assert named[0].startswith("per_class[1].inner -1.0 was not sampled")


def test_a_rounding_error_that_is_too_small_is_named() -> None:
    rng = np.random.default_rng(3)
    sums = SplitSums.of_block(4096, rng.standard_normal(49) * 32, 4096, rng.standard_normal(49) * 32)
    inner, error = sums.inner_product()
    for part, named in ((1.0, False), (0.1, True), (0.0, True)):
        product = SplitProduct(4096, 4096, 49, inner, part * error)
        said = list(implausible(evidence_of(8192, GradientSums(49, 0, 0.0, product))))
        assert bool(said) == named
        assert all("error" in sentence for sentence in said)
