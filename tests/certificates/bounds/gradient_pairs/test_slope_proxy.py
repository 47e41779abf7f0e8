"""The variance proxies of all slopes and of small ones, computed again from the worst votes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import erf, ndtr

from certificates.bounds.slope_proxy import (
    AT_ZERO,
    LINEAR,
    MISSES_PROXY,
    PROXY_VARIANCE,
    QUADRATIC,
    proxy_variance,
)

Array = NDArray[np.float64]
PHI_0 = 1.0 / math.sqrt(2.0 * math.pi)
BY_HAND = 0.006
"""Up to this slope docs/theorems.md, Lemma 20 needs no computation."""


def worst_excess(slope: Array) -> Array:
    """``K(l)``: the largest ``log E exp(l X) - l E X`` over thresholds (docs/theorems.md, Lemma 2)."""
    half = 0.5 * slope

    def excess(s: Array) -> Array:
        moved = 2.0 * (ndtr(s + half) - ndtr(s - half)) - erf(half * math.sqrt(0.5))
        mean = PHI_0 * (2.0 * np.exp(-0.5 * s * s) - 1.0)
        return np.asarray(0.25 * half * slope + np.log1p(moved) - slope * mean)

    low, high = np.zeros_like(slope), np.full_like(slope, 6.0)
    for _ in range(50):
        a, b = low + (high - low) / 3.0, high - (high - low) / 3.0
        better = excess(a) < excess(b)
        low, high = np.where(better, a, low), np.where(better, high, b)
    return excess(0.5 * (low + high))


def test_the_constant_of_all_slopes_is_the_supremum_rounded_up() -> None:
    """``K``, a supremum of convex functions, is convex: a chord bounds it between two grid points."""
    slope = np.unique(np.concatenate([np.geomspace(1e-3, 400.0, 40_001), np.linspace(4.0, 4.7, 100_001)]))
    excess = worst_excess(slope)
    left = slope[:-1]
    chord = 2.0 * np.maximum(excess[:-1], excess[1:]) / left**2
    grid = 2.0 * excess / slope**2
    assert grid.max() == pytest.approx(0.4021809, abs=2e-7)
    assert slope[int(np.argmax(grid))] == pytest.approx(4.3297, abs=1e-3)
    assert chord[left > 0.05].max() < PROXY_VARIANCE
    assert grid[slope < 0.06].max() < 0.26, "towards l = 0 the variance, at most 1/4, takes over"
    beyond = 0.25 + 2.0 * math.log(2.0) / 400.0**2 + 2.0 * PHI_0 / 400.0
    assert beyond < PROXY_VARIANCE, "and beyond the grid"


def test_one_threshold_is_the_worst_case_among_all_votes() -> None:
    """The functional is concave in ``q(z)``: random ``q`` on a fine grid never beat the threshold."""
    z = np.linspace(-8.0, 8.0, 4001)
    weight = np.exp(-0.5 * z * z)
    weight /= weight.sum()
    rng = np.random.default_rng(0)
    for slope in (0.5, 2.0, 4.33, 9.0):
        best = float(worst_excess(np.array([slope]))[0])
        for _ in range(200):
            knots = rng.uniform(-4.0, 4.0, int(rng.integers(1, 6)))
            q = (np.searchsorted(np.sort(knots), z) % 2).astype(float)
            q = q if rng.random() < 0.5 else 1.0 - q
            q = q * rng.uniform(0.5, 1.0) + rng.uniform(0.0, 0.5) * (rng.random() < 0.5) * (1.0 - q)
            moment = (weight * (q * np.exp(0.5 * slope * z) + (1.0 - q) * np.exp(-0.5 * slope * z))).sum()
            excess = math.log(moment) - slope * float((weight * (q - 0.5) * z).sum())
            assert excess <= best + 1e-6


def test_the_formula_is_above_the_worst_votes_between_grid_points_too() -> None:
    """K is convex, so it is below the larger end of each step of the grid."""
    slope = np.exp(np.linspace(math.log(BY_HAND), math.log(2.7), 70_001))
    excess = worst_excess(slope)
    chord = 2.0 * np.maximum(excess[:-1], excess[1:]) / slope[:-1] ** 2
    assert np.all(chord <= proxy_variance(slope[:-1]))
    assert proxy_variance(slope[-1:]) == PROXY_VARIANCE, "which holds at every slope"


def test_the_formula_loses_less_than_a_thousandth_at_slopes_that_occur() -> None:
    slope = np.linspace(0.02, 0.3, 57)
    exact = 2.0 * worst_excess(slope) / slope**2
    assert np.all(proxy_variance(slope) < 1.001 * exact)


def test_towards_zero_the_formula_holds_by_the_third_derivative() -> None:
    largest = 2.0 * PHI_0 * math.exp(-1.5)
    z = np.linspace(0.0, 10.0, 100_001)
    assert np.max((z * z - 1.0) * PHI_0 * np.exp(-0.5 * z * z)) <= largest
    steepness = 2.0 * (2.0 * largest + PHI_0) / 24.0
    assert 0.25 + steepness * BY_HAND <= AT_ZERO + LINEAR * BY_HAND
    assert AT_ZERO > 0.25
    assert QUADRATIC > 0.0


def test_it_grows_with_the_slope_up_to_the_constant_of_all_slopes() -> None:
    slope = np.array([0.0, 1e-9, 0.1, 1.0, 4.0, 30.0, math.inf])
    values = proxy_variance(slope)
    assert np.all(np.diff(values) >= 0.0)
    assert values[-1] == PROXY_VARIANCE


def test_the_constant_for_misses_is_that_of_hoelders_inequality_and_enough() -> None:
    """The worst misses at slope ``l`` hold ``z < 0`` and ``z > s``: the functional is concave."""
    assert pytest.approx((0.5 + math.sqrt(PROXY_VARIANCE)) ** 2, abs=1e-5) == MISSES_PROXY
    assert (0.5 + math.sqrt(PROXY_VARIANCE)) ** 2 <= MISSES_PROXY
    s = np.linspace(0.0, 30.0, 30_001)
    for slope in (0.05, 0.5, 1.0, 2.0, 3.0, 4.0, 8.0, 20.0):
        moment = np.exp(0.5 * slope**2) * (ndtr(-slope) + ndtr(slope - s)) + ndtr(s) - 0.5
        excess = np.log(moment) - slope * PHI_0 * np.expm1(-0.5 * s * s)
        assert 2.0 * excess.max() / slope**2 < MISSES_PROXY
