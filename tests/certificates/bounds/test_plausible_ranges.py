"""The ranges of honest gradient sums, computed a second time, and what is said of sums outside of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from certificates import AllPairsMean, Evidence, GradientSums, HitCounts, Weights
from certificates.bounds.plausible_sums import (
    implausible,
    least_mean_error,
    least_mean_of_misses,
    mean_range,
    paired_sum_range,
)

LOG = 12.0 * math.log(10.0)
"""The logarithm of one over the probability beyond either end."""
STEEPEST = 1.0 / (2.0 * math.pi)
PROXY = {Weights.SCORES: 0.40219, Weights.MISSES: 1.28638}
SIZES = pytest.mark.parametrize(("n", "d"), [(2, 1), (3, 5), (500, 784), (50_000, 49), (20_000, 150_528)])


def least(bound: Callable[[float], float]) -> float:
    """Return the smallest value of a bound over ``x`` in (0, 1)."""

    def at(log_x: float) -> float:
        return bound(math.exp(log_x))

    start = min(np.linspace(-24.0, -1e-3, 300), key=at)
    found = minimize_scalar(
        at, bounds=(start - 0.1, min(start + 0.1, -1e-6)), method="bounded", options={"xatol": 1e-9}
    )
    return float(found.fun)


def said_of(n: int, gradient: GradientSums, missed: int = 0) -> list[str]:
    return list(implausible(Evidence(hits=HitCounts(n, 0, (n - missed, missed)), gradient=gradient)))


@SIZES
@pytest.mark.parametrize("weights", list(Weights))
def test_the_range_of_a_mean_is_the_best_of_its_family(n: int, d: int, weights: Weights) -> None:
    def noise(x: float, towards: float) -> float:
        spread = math.log1p(towards * x) + (n - 1) * math.log1p(-towards * x / (n - 1))
        return 2.0 * PROXY[weights] / (x * n) * (LOG - 0.5 * d * spread)

    low, high = mean_range(n, d, weights)
    assert low == pytest.approx(-least(lambda part: noise(part * (n - 1), 1.0)), rel=1e-3)
    assert high == pytest.approx(least(lambda x: STEEPEST / (1.0 - x) + noise(x, -1.0)), rel=1e-3)


@SIZES
def test_the_range_of_paired_sums_is_the_best_of_its_family(n: int, d: int) -> None:
    def of_pairs(x: float) -> float:
        grown = math.expm1(min(-0.5 * d * math.log1p(-x * x), 600.0))
        return (2.0 * n * grown + LOG) / x

    low, high = paired_sum_range(n, d)
    assert low == pytest.approx(-least(of_pairs), rel=1e-3)
    rounding = n / 2**20 + 121.0 * n * d * (n * d + 3) / 2**52
    assert high == pytest.approx(n * STEEPEST + least(of_pairs) + rounding, rel=1e-3)
    assert paired_sum_range(0, d) == (0.0, 0.0)


@pytest.mark.parametrize("d", [1, 784])
@pytest.mark.parametrize(("n", "blocks"), [(2, 1), (4096, 1), (4097, 2), (100_000, 25)])
def test_the_least_errors_are_those_of_the_fewest_blocks(n: int, blocks: int, d: int) -> None:
    off = blocks / 2**20
    for mean in (0.02, -0.02, 0.0):
        scores = AllPairsMean(Weights.SCORES, n, d, mean, 0.0)
        length = math.sqrt(max(mean, 0.0) * n * (n - 1))
        said = (2.0 * math.sqrt(d) * off * length + d * off**2) / (n * (n - 1))
        assert said * (1.0 - 1e-8) <= least_mean_error(scores) <= said
        misses = AllPairsMean(Weights.MISSES, n, d, mean, 0.0)
        one = 2.0**-20 * (mean != 0.0)
        said = (2.0 * math.sqrt(d) * one * length + d * one**2) / (n * (n - 1))
        assert said * (1.0 - 1e-8) <= least_mean_error(misses) <= said


@pytest.mark.parametrize("missed", [0, 1, 2, 7])
def test_misses_are_no_longer_than_their_largest_numbers(missed: int) -> None:
    exact = -Fraction(missed * 3 * 121, 50 * 49) if missed > 1 else Fraction(0)
    found = Fraction(least_mean_of_misses(50, 3, missed))
    assert exact * (1 + Fraction(1, 10**8)) <= found <= exact


@pytest.mark.parametrize("weights", list(Weights))
@pytest.mark.parametrize(("n", "d"), [(2, 3), (3, 1), (1000, 784)])
def test_a_mean_is_named_beyond_either_end_and_nowhere_before(n: int, d: int, weights: Weights) -> None:
    low, high = mean_range(n, d, weights)
    if weights is Weights.MISSES:
        low = max(low, least_mean_of_misses(n, d, n))
    error = 1e-3
    top = high + error + (2 * d + 1) / 2**20 / (n - 1)
    for mean, outside in (
        (low - error, False),
        (math.nextafter(low - error, -math.inf), True),
        (top, False),
        (math.nextafter(top, math.inf), True),
    ):
        gradient = GradientSums(d, 0, 0.0, all_pairs=AllPairsMean(weights, n, d, mean, error))
        told = (
            f"all_pairs.mean {mean!r} was not sampled: noise in {n} samples gives {low:.6g} to {high:.6g}, "
            "and a value outside with probability below 2e-12"
        )
        assert said_of(n, gradient, missed=n) == [told] * outside


def test_a_paired_sum_is_named_with_its_pairs() -> None:
    low, high = paired_sum_range(40, 3)
    told = (
        f"paired_sum -10000.0 was not sampled: noise in 40 samples gives {low:.6g} to {high:.6g}, and a "
        "value outside with probability below 2e-12"
    )
    assert said_of(80, GradientSums(3, 40, -1e4)) == [told]


def test_an_error_that_is_too_small_is_named_with_what_it_should_be() -> None:
    d = 49
    least_of_mean = least_mean_error(AllPairsMean(Weights.SCORES, 200, d, 0.01, 0.0))
    for error, small in ((least_of_mean, False), (math.nextafter(least_of_mean, 0.0), True)):
        mean = AllPairsMean(Weights.SCORES, 200, d, 0.01, error)
        told = (
            f"all_pairs.error {error!r} is too small: sums of so many samples are off by {least_of_mean:.3g}"
        )
        assert said_of(200, GradientSums(d, 0, 0.0, all_pairs=mean)) == [told] * small
