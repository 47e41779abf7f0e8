"""The split gradient bound: its proxy constant, and its coverage on classifiers that try to break it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import binom

from certificates import (
    SecondOrderCurve,
    clopper_pearson_lower,
    epoch_at,
    epoch_ends,
    epoch_share,
    gradient_norm_upper_split,
    second_order_radius,
)
from certificates.bounds.slope_proxy import PROXY_VARIANCE

Array = NDArray[np.float64]
ETA = 0.05
REPETITIONS = 20_000
DIMENSIONS = [1, 2, 49, 3072]
PHI_0 = 1.0 / math.sqrt(2.0 * math.pi)


def log_moment_excess(length: Array, threshold: Array) -> Array:
    """``log E exp(l X) - l E X`` of ``X = |Z|/2`` beyond the threshold and ``-|Z|/2`` within."""
    half = 0.5 * length
    moment = 2.0 * (ndtr(threshold + half) - ndtr(half) + ndtr(half - threshold))
    mean = PHI_0 * (2.0 * np.exp(-0.5 * threshold**2) - 1.0)
    return 0.125 * length**2 + np.log(moment) - length * mean


def largest_excess(length: Array) -> Array:
    """Its largest value over thresholds, rounded up: a grid, then its distance from the smooth maximum."""
    low, high = np.zeros_like(length), np.full_like(length, 6.0)
    for _ in range(45):
        a, b = low + (high - low) / 3.0, high - (high - low) / 3.0
        better = log_moment_excess(length, a) < log_moment_excess(length, b)
        low, high = np.where(better, a, low), np.where(better, high, b)
    return log_moment_excess(length, 0.5 * (low + high))


def test_proxy_constant_is_the_supremum_rounded_up() -> None:
    """K(l), a supremum of convex functions, is convex: a chord bounds it between two grid points."""
    length = np.unique(np.concatenate([np.geomspace(1e-3, 400.0, 40_001), np.linspace(4.0, 4.7, 100_001)]))
    excess = largest_excess(length)
    left = length[:-1]
    chord_over_square = 2.0 * np.maximum(excess[:-1], excess[1:]) / left**2
    grid = 2.0 * excess / length**2
    assert grid.max() == pytest.approx(0.4021809, abs=2e-7)
    assert length[int(np.argmax(grid))] == pytest.approx(4.3297, abs=1e-3)
    assert chord_over_square[left > 0.05].max() < PROXY_VARIANCE
    assert grid[length < 0.06].max() < 0.26, "towards l = 0 the variance, at most 1/4, takes over"
    assert (0.25 + 2.0 * math.log(2.0) / 400.0**2 + 2.0 * PHI_0 / 400.0) < PROXY_VARIANCE, (
        "and beyond the grid"
    )


def test_one_threshold_is_the_worst_case_among_all_votes() -> None:
    """The functional is concave in q(z): random q on a fine grid of z never beat the threshold rule."""
    z = np.linspace(-8.0, 8.0, 4001)
    weight = np.exp(-0.5 * z * z)
    weight /= weight.sum()
    rng = np.random.default_rng(0)
    for length in (0.5, 2.0, 4.33, 9.0):
        best = float(largest_excess(np.array([length]))[0])
        for _ in range(200):
            knots = rng.uniform(-4.0, 4.0, int(rng.integers(1, 6)))
            q = (np.searchsorted(np.sort(knots), z) % 2).astype(float)
            q = q if rng.random() < 0.5 else 1.0 - q
            q = q * rng.uniform(0.5, 1.0) + rng.uniform(0.0, 0.5) * (rng.random() < 0.5) * (1.0 - q)
            moment = (weight * (q * np.exp(0.5 * length * z) + (1.0 - q) * np.exp(-0.5 * length * z))).sum()
            excess = math.log(moment) - length * float((weight * (q - 0.5) * z).sum())
            assert excess <= best + 1e-6


@dataclass(frozen=True)
class OneDirection:
    """Hits where ``Z = u . g`` lies between consecutive edges, starting with a hit after the first."""

    name: str
    edges: tuple[float, ...]

    def hits(self, z: Array) -> NDArray[np.bool_]:
        return np.asarray(np.searchsorted(np.array(self.edges), z) % 2 == 1)

    @property
    def p(self) -> float:
        return float(sum(ndtr(b) - ndtr(a) for a, b in self._intervals()))

    @property
    def gradient(self) -> float:
        return abs(
            sum(PHI_0 * (math.exp(-0.5 * a * a) - math.exp(-0.5 * b * b)) for a, b in self._intervals())
        )

    def _intervals(self) -> list[tuple[float, float]]:
        ends = (*self.edges, math.inf) if len(self.edges) % 2 else self.edges
        return list(zip(ends[::2], ends[1::2], strict=True))


SLAB = SecondOrderCurve(0.8, 0.12).slab()
CLASSIFIERS = [
    OneDirection("extremal slab of the paper's Theorem 1", SLAB),
    OneDirection("two thresholds that attain the proxy", (-2.1343, 0.0, 2.1343)),
    OneDirection("odd", (0.0,)),
    OneDirection("even", (-1.0, 1.0)),
    OneDirection("half-space with p near 1/2", (-0.03,)),
    OneDirection("all hits", (-math.inf, math.inf)),
]


def inner_products(
    case: OneDirection, n_half: int, d: int, rng: np.random.Generator
) -> tuple[Array, NDArray[np.int64]]:
    """Return ``U`` and the hits of ``2 n_half`` samples, many times.

    Across the direction the votes do not depend on the noise, so those d - 1 elements of a half's mean are
    exactly N(0, 1/(4 n_half)): their inner product is drawn from its law, not element by element.
    """
    along, hits = [], np.zeros(REPETITIONS, dtype=np.int64)
    for _ in range(2):
        z = rng.standard_normal((REPETITIONS, n_half))
        votes = case.hits(z)
        hits += votes.sum(axis=1)
        along.append(((votes - 0.5) * z).mean(axis=1))
    across = np.zeros(REPETITIONS)
    if d > 1:
        size = np.sqrt(rng.chisquare(d - 1, REPETITIONS) / (4.0 * n_half))
        across = size * rng.standard_normal(REPETITIONS) / math.sqrt(4.0 * n_half)
    return along[0] * along[1] + across, hits


def last_where(holds: Callable[[float], bool], low: float, high: float) -> float:
    """Return the largest point at which a predicate holds that is true up to some point; -inf if nowhere."""
    if not holds(low):
        return -math.inf
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def allowed(eta: float) -> float:
    return float(binom.ppf(1.0 - 1e-6, REPETITIONS, eta))


@pytest.mark.parametrize("d", DIMENSIONS)
@pytest.mark.parametrize("case", CLASSIFIERS, ids=lambda case: case.name)
def test_gradient_bound_and_radius_cover(case: OneDirection, d: int) -> None:
    n_half = 100
    products, hits = inner_products(case, n_half, d, np.random.default_rng(d))
    sigma = 0.5

    def bound(product: float, alpha: float, p_lower: float = 0.5) -> float:
        return gradient_norm_upper_split(product, n_half, d, sigma, alpha, p_lower)

    truth = case.gradient / sigma
    below = last_where(lambda product: bound(product, ETA) < truth * (1.0 - 1e-12), -10.0, 10.0)
    assert np.count_nonzero(products <= below) <= allowed(ETA)

    true_radius = min(second_order_radius(case.p, case.gradient / sigma, sigma), 10.0)
    wrong = 0
    for count in np.unique(hits):
        p_lower = clopper_pearson_lower(int(count), 2 * n_half, 0.9 * ETA)

        def too_large(product: float, p_lower: float = p_lower) -> bool:
            norm = bound(product, 0.1 * ETA, p_lower)
            return second_order_radius(p_lower, norm, sigma) > true_radius * (1.0 + 1e-9)

        here = products[hits == count]
        if too_large(float(here.min())):
            wrong += int(np.count_nonzero(here <= last_where(too_large, -10.0, 10.0)))
    assert wrong <= allowed(ETA)


@pytest.mark.parametrize("d", DIMENSIONS)
def test_epochs_cover_all_at_once(d: int) -> None:
    """Whoever picks the epoch with the smallest bound is wrong with probability at most alpha."""
    case, rng, ends = CLASSIFIERS[1], np.random.default_rng(d), epoch_ends(200, 25)
    along = np.zeros((2, REPETITIONS))
    width = min(d - 1, 48)
    across = np.zeros((2, REPETITIONS, width))
    wrong, before = np.zeros(REPETITIONS, dtype=bool), 0
    for n_half in ends:
        epoch = epoch_at(n_half, 200)
        z = rng.standard_normal((2, REPETITIONS, n_half - before))
        along += ((case.hits(z) - 0.5) * z).sum(axis=2)
        across += rng.standard_normal(across.shape) * 0.5 * math.sqrt(n_half - before)
        before = n_half
        products = (along[0] * along[1] + (across[0] * across[1]).sum(axis=1)) / n_half**2

        def too_small(product: float, epoch: int = epoch, n_half: int = n_half) -> bool:
            share = epoch_share(ETA, epoch)
            bound = gradient_norm_upper_split(product, n_half, width + 1, 1.0, share, 0.5)
            return bound < case.gradient

        wrong |= products <= last_where(too_small, -10.0, 10.0)
    assert np.count_nonzero(wrong) <= allowed(ETA)


def test_a_flat_score_is_recognised_a_thousand_times_better_than_by_theorem_2() -> None:
    """For a flat score the squared norm is known to 1/n, where the paper knows it to 1/sqrt(n)."""
    slack = [gradient_norm_upper_split(0.0, n, 49, 1.0, 1e-4, 0.5) ** 2 for n in (50_000, 5_000_000)]
    assert slack[0] / slack[1] == pytest.approx(100.0, rel=1e-6)
    paper = 4.0 * math.sqrt(49 * math.log(1e4) / 50_000)
    assert slack[0] < 0.002 * paper


@pytest.mark.parametrize("d", [1, 49, 3072, 150_528])
@pytest.mark.parametrize("size", [0.3, 3.0])
def test_normal_halves_with_the_proxy_variance_are_covered_but_not_by_much(d: int, size: float) -> None:
    """For them the exponential moment of the proof is an equality; the dimension enters as it should."""
    n_half = 10**8
    s = PROXY_VARIANCE / n_half
    m, rng = size * s * math.sqrt(d), np.random.default_rng(d)
    along = math.sqrt(m) + math.sqrt(s) * rng.standard_normal(REPETITIONS)
    length = np.sqrt(along**2 + (s * rng.chisquare(d - 1, REPETITIONS) if d > 1 else 0.0))
    products = along * math.sqrt(m) + math.sqrt(s) * length * rng.standard_normal(REPETITIONS)

    def too_small(product: float) -> bool:
        return gradient_norm_upper_split(product, n_half, d, 1.0, ETA, 0.5) < math.sqrt(m)

    wrong = np.count_nonzero(products <= last_where(too_small, -1.0, 1.0))
    assert wrong <= allowed(ETA)
    if d > 1 and size > 1.0:
        assert wrong >= 0.1 * ETA * REPETITIONS
