"""The gradient sums of the tight bounds: what they add up, and that they estimate the gradient."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from certificates import NOISE_LAWS, SECOND_ORDER, AllPairsSums, Bounds, Decision, Noise, Weights
from certificates.noise_laws.pixel_grid import PixelGrid
from tests.support.draws import unit_noise
from tests.support.toy_runtimes import Bands, HalfSpace
from worker.noise.discrete.discrete_source import HostDiscreteSource
from worker.noise.discrete.rounded_gaussian import DiscreteGaussian
from worker.noise.generator_keys import ESTIMATION
from worker.noise.sources import UNIT
from worker.runtimes.runtime import Runtime
from worker.sampling.sampler import SampleRequest, sample

SIGMA = 0.25
BATCH = 64
SEED = 11
X = np.array([0.1, -0.2, 0.3], dtype=np.float32)
GRID = 2**20

Rows = NDArray[np.float64]
every_weight = pytest.mark.parametrize("weights", list(Weights))


def draw(
    runtime: Runtime,
    n: int,
    weights: Weights = Weights.SCORES,
    decision: Decision = Decision.MAJORITY,
    noise: Noise = Noise.GAUSSIAN,
    x: NDArray[np.float32] = X,
    batch: int = BATCH,
    first_block: int = 0,
) -> AllPairsSums:
    law, of = (SIGMA, SEED, first_block, n, batch, noise), (Bounds.TIGHT, decision, UNIT, weights)
    gradient = sample(runtime, x, SampleRequest(SECOND_ORDER, 1, *law, *of), lambda _: None).gradient
    assert gradient is not None
    assert gradient.sums is not None
    assert (gradient.pairs, gradient.statistics()) == (0, ())
    return gradient.sums


def noise_of(block: int, batch: int = BATCH, d: int = 3) -> Rows:
    return unit_noise((batch, d), SEED, ESTIMATION, block).astype(np.float64)


def votes_of(runtime: Runtime, noise: Rows, x: NDArray[np.float32] = X) -> NDArray[np.int64]:
    votes: NDArray[np.int64] = runtime.votes(x + np.float32(SIGMA) * noise.astype(np.float32))
    return votes


def weighed(weights: Weights, hit: NDArray[np.bool_]) -> Rows:
    return np.where(hit, 0.5, -0.5) if weights is Weights.SCORES else np.where(hit, 0.0, 1.0)


def is_sum_of(sums: AllPairsSums, w: Rows, g: Rows, vector: int = 0) -> bool:
    """Whether these are the sums of ``w g``: ``S`` within what it says of itself, ``Q`` rounded down."""
    exact = np.array([math.fsum((w * column).tolist()) for column in g.T])
    squares = sum(Fraction(float(a)) ** 2 for a in (w[:, None] * g).ravel()) * GRID
    within = np.abs(sums.arrays()[vector] - exact).max() <= sums.blocks / GRID
    return bool(within) and squares - sums.blocks * (1 + g.size) <= sums.squares <= squares


@every_weight
@pytest.mark.parametrize("rows", [BATCH, 11, 2, 1])
def test_a_block_is_summed(rows: int, weights: Weights) -> None:
    sums = draw(HalfSpace(), rows, weights)
    noise = noise_of(0)[:rows]
    hit = votes_of(HalfSpace(), noise) == 1
    assert (sums.n, sums.per_class, sums.weights) == (rows, False, weights)
    assert sums.blocks == (1 if weights is Weights.SCORES or not hit.all() else 0)
    assert is_sum_of(sums, weighed(weights, hit), noise)


def test_a_sign_a_row_left_out_and_a_row_taken_twice_would_show() -> None:
    """The comparison that the other tests make finds such sums wrong, by ``S`` or by ``Q`` alone."""
    sums, noise = draw(HalfSpace(), BATCH), noise_of(0)
    w = weighed(Weights.SCORES, votes_of(HalfSpace(), noise) == 1)
    assert is_sum_of(sums, w, noise)
    assert not is_sum_of(sums, -w, noise)
    assert not is_sum_of(sums, w[1:], noise[1:])
    assert not is_sum_of(sums, np.append(w, w[-1]), np.append(noise, noise[-1:], axis=0))


@every_weight
def test_runs_of_blocks_add_to_the_same_sums_however_they_are_cut(weights: Weights) -> None:
    whole = draw(HalfSpace(), 5 * BATCH + 7, weights)
    parts = [
        draw(HalfSpace(), n, weights, first_block=first)
        for n, first in ((BATCH, 0), (3 * BATCH, 1), (BATCH + 7, 4))
    ]
    assert parts[2] + parts[0] + parts[1] == whole
    hit = [votes_of(HalfSpace(), noise_of(block)) == 1 for block in range(6)]
    g = np.concatenate([noise_of(block) for block in range(6)])[: whole.n]
    assert is_sum_of(whole, weighed(weights, np.concatenate(hit)[: whole.n]), g)


def test_every_class_has_sums_of_its_own_and_all_share_one_q() -> None:
    sums, noise = draw(Bands(), BATCH, decision=Decision.MULTICLASS), noise_of(0)
    votes = votes_of(Bands(), noise)
    assert sums.per_class
    assert len(sums.arrays()) == Bands().classes
    for c in range(Bands().classes):
        assert is_sum_of(sums, weighed(Weights.SCORES, votes == c), noise, c)


@every_weight
def test_discrete_noise_is_summed_by_its_conditional_means(weights: Weights) -> None:
    grid = PixelGrid()
    x = grid.values(np.array([30, 200, 90]))
    model = HalfSpace(threshold=0.2)
    sums = draw(model, BATCH, weights, noise=Noise.DISCRETE, x=x)
    source = HostDiscreteSource(x, BATCH, SIGMA, SEED, ESTIMATION, UNIT)
    inputs = np.empty((BATCH, 3), np.float32)
    source.begin(inputs, 0)(0)
    means = source.unit(slice(0, BATCH))
    assert means.dtype == np.float64
    assert np.abs(means).max() <= np.abs(DiscreteGaussian(SIGMA, grid).means).max()
    assert is_sum_of(sums, weighed(weights, model.votes(inputs) == 1), means)


@every_weight
def test_a_batch_larger_than_a_sum_may_be_is_cut(weights: Weights) -> None:
    batch = 2**14 + 2**9
    sums = draw(HalfSpace(), batch, weights, x=X[:1], batch=batch)
    assert sums.blocks == 5  # of 4 * 2**12 and 2**9 rows
    noise = noise_of(0, batch, 1)
    assert is_sum_of(sums, weighed(weights, votes_of(HalfSpace(), noise, X[:1]) == 1), noise)


def test_without_a_miss_there_is_nothing_to_sum() -> None:
    sums = draw(HalfSpace(threshold=-9.0), 3 * BATCH, Weights.MISSES)
    assert (sums.n, sums.blocks, sums.squares, set(sums.vectors)) == (3 * BATCH, 0, 0, {0})
    assert sums.condensed().mean == sums.condensed().error == 0.0


@every_weight
@pytest.mark.parametrize("noise", list(NOISE_LAWS))
def test_the_mean_of_all_pairs_estimates_the_squared_gradient_norm(noise: Noise, weights: Weights) -> None:
    """Of a half-space at distance 0.2: ``phi(0.8)^2`` in unit noise."""
    x = PixelGrid().values(np.array([51, 10, 20]))
    n = 400 * BATCH
    mean = draw(HalfSpace(), n, weights, noise=noise, x=x).condensed()
    truth = stats.norm.pdf(0.8) ** 2
    # The mean of all vectors is off by at most 0.5 / sqrt(n) an element, in standard deviations.
    off = 0.5 / math.sqrt(n)
    assert abs(mean.mean - truth) < 5 * (2 * math.sqrt(truth) * off + 3 * off * off)
    assert mean.error < 1e-4
