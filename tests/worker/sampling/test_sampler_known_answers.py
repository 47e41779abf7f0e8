"""Classifiers whose probabilities are known: the counts lie within exact binomial quantiles."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from certificates import DIPOLE, FIRST_ORDER, SECOND_ORDER, Bounds, Certifier
from tests.support.draws import unit_noise
from tests.support.toy_runtimes import Bands, HalfSpace
from worker.noise.generator_keys import ESTIMATION
from worker.sampling.sampler import SampleRequest, sample, select_class

SIGMA = 0.5
MARGIN = 0.4
"""Distance to the boundary of the half-space, in units of sigma."""
N = 40_000
BATCH = 512


def inputs(d: int) -> NDArray[np.float32]:
    x = np.full(d, 0.25, dtype=np.float32)
    x[0] = MARGIN * SIGMA
    return x


def likely(count: int, n: int, p: float) -> bool:
    """Whether a binomial count is not in the outer 1e-6 on either side."""
    return bool(stats.binom.ppf(1e-6, n, p) <= count <= stats.binom.isf(1e-6, n, p))


def negligible(products: int) -> float:
    """A hundredth of the standard deviation of a sum of products of unit Gaussians, and two grid steps."""
    return 1e-2 * math.sqrt(products) + 2.0**-19


def request(certifier: Certifier, n: int = N) -> SampleRequest:
    return SampleRequest(certifier, 1, SIGMA, 9, 0, n, BATCH, bounds=Bounds.PAPER)


@pytest.mark.parametrize("d", [1, 2, 49])
def test_hits_of_a_half_space(d: int) -> None:
    hits = sample(HalfSpace(), inputs(d), request(FIRST_ORDER), lambda _: None).hits
    assert hits is not None
    assert likely(hits.hits, N, stats.norm.cdf(MARGIN))
    assert sum(hits.per_class) == hits.n == N


def test_votes_of_every_class_are_counted() -> None:
    x = np.zeros(2, dtype=np.float32)
    hits = sample(Bands(), x, request(FIRST_ORDER), lambda _: None).hits
    assert hits is not None
    cdf = stats.norm.cdf(np.array([-np.inf, -0.1, 0.0, 0.2, np.inf]) / SIGMA)
    assert all(likely(votes, N, p) for votes, p in zip(hits.per_class, np.diff(cdf), strict=True))


def test_antithetic_pairs_of_a_half_space() -> None:
    pairs = sample(HalfSpace(), inputs(49), request(DIPOLE), lambda _: None).pairs
    assert pairs is not None
    assert pairs.pairs == N // 2
    one_side = stats.norm.sf(MARGIN)
    assert likely(pairs.both, N // 2, 1 - 2 * one_side)
    assert likely(pairs.plus_only, N // 2, one_side)
    assert likely(pairs.minus_only, N // 2, one_side)
    assert pairs.both + pairs.plus_only + pairs.minus_only == N // 2, "one side of a half-space always hits"


@pytest.mark.parametrize("d", [1, 2, 49])
def test_the_paired_statistic_estimates_the_squared_gradient_norm(d: int) -> None:
    gradient = sample(HalfSpace(), inputs(d), request(SECOND_ORDER), lambda _: None).gradient
    assert gradient is not None
    assert (gradient.d, gradient.pairs) == (d, N // 2)
    truth = stats.norm.pdf(MARGIN) ** 2
    # The second moment of (g . g') f f' is that of g . g' at most, which is d.
    assert abs(gradient.paired_sum / gradient.pairs - truth) < 5 * math.sqrt(d / gradient.pairs)


@pytest.mark.parametrize("rows", [BATCH, 100, 6])
def test_the_paired_statistic_is_the_sum_over_the_pairs_of_a_block_rounded_up(rows: int) -> None:
    gradient = sample(HalfSpace(), inputs(49), request(SECOND_ORDER, rows), lambda _: None).gradient
    assert gradient is not None
    noise = unit_noise((BATCH, 49), 9, ESTIMATION, 0)
    hit = (inputs(49)[0] + np.float32(SIGMA) * noise[:, 0] > 0).tolist()
    g = noise.astype(np.float64)
    half = rows // 2
    exact = math.fsum(
        product for i in range(half) if hit[i] and hit[half + i] for product in (g[i] * g[half + i]).tolist()
    )
    assert exact < gradient.paired_sum < exact + negligible(49 * half)


def test_float64_sums_of_large_inputs_are_not_understated_either() -> None:
    d, pairs = 150_528, 4
    gradient = sample(
        HalfSpace(threshold=-1e9),
        np.zeros(d, dtype=np.float32),
        SampleRequest(SECOND_ORDER, 1, SIGMA, 1, 0, 2 * pairs, 2 * pairs, bounds=Bounds.PAPER),
        lambda _: None,
    ).gradient
    assert gradient is not None
    noise = unit_noise((2 * pairs, d), 1, ESTIMATION, 0).astype(np.float64)
    exact = math.fsum((noise[:pairs] * noise[pairs:]).ravel().tolist())
    assert exact < gradient.paired_sum < exact + negligible(d * pairs)


def test_selection_finds_the_most_likely_class() -> None:
    x = np.array([0.25, 0.0], dtype=np.float32)
    assert select_class(Bands(), x, 0.1, n0=100, seed=1, batch=BATCH).target == 3
    assert select_class(Bands(), -x, 0.1, n0=100, seed=1, batch=BATCH).target == 0


def test_selection_gives_ties_to_the_lowest_index() -> None:
    class Alternating(HalfSpace):
        def votes(self, batch: NDArray[np.float32]) -> NDArray[np.int64]:
            return 1 - np.arange(len(batch)) % 2

    x = np.zeros(2, dtype=np.float32)
    assert select_class(Alternating(), x, 0.1, n0=100, seed=1, batch=16).target == 0
    assert select_class(Alternating(), x, 0.1, n0=99, seed=1, batch=16).target == 1
