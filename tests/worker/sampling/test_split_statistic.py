"""The split sums of the tight gradient bounds: what they add up, and that they estimate the gradient."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from scipy import stats

from certificates import NOISE_LAWS, SECOND_ORDER, Bounds, Decision, Noise, SplitSums
from certificates.counts.evidence import Evidence
from certificates.noise_laws.pixel_grid import PixelGrid
from tests.support.draws import fill_noise
from tests.support.toy_runtimes import Bands, HalfSpace
from worker.noise.discrete.discrete_source import discrete_source
from worker.noise.discrete.rounded_gaussian import DiscreteGaussian
from worker.noise.generator_keys import ESTIMATION
from worker.noise.sources import UNIT
from worker.runtimes.runtime import Runtime
from worker.sampling.sampler import SampleRequest, sample

SIGMA = 0.25
BATCH = 64
SEED = 11
X = np.array([0.1, -0.2, 0.3], dtype=np.float32)
GRID_STEP = 2.0**-20


def draw(
    runtime: Runtime,
    n: int,
    decision: Decision = Decision.MAJORITY,
    noise: Noise = Noise.GAUSSIAN,
    x: NDArray[np.float32] = X,
) -> Evidence:
    wanted = SampleRequest(SECOND_ORDER, 1, SIGMA, SEED, 0, n, BATCH, noise, Bounds.TIGHT, decision)
    return sample(runtime, x, wanted, lambda _: None)


def halves(weights: NDArray[np.float64], g: NDArray[np.float64]) -> tuple[list[float], list[float]]:
    """Sum exactly, over the first and the second half of the rows of one block."""
    half = len(g) // 2
    a, b = (
        [math.fsum((weights[rows] * column[rows]).tolist()) for column in g.T]
        for rows in (slice(half), slice(half, None))
    )
    return a, b


def close(split: SplitSums, expected: tuple[list[float], list[float]]) -> bool:
    """Whether the sums are those expected, within what SplitSums says of its blocks."""
    return all(
        np.abs(found - np.array(wanted)).max() <= split.blocks * GRID_STEP
        for found, wanted in zip(split.vectors(), expected, strict=True)
    )


def noise_of(block: int) -> torch.Tensor:
    noise = torch.empty(BATCH, len(X))
    fill_noise(noise, SEED, ESTIMATION, block)
    return noise


@pytest.mark.parametrize("rows", [BATCH, 10, 2])
def test_a_block_is_summed_in_two_halves(rows: int) -> None:
    gradient = draw(HalfSpace(), rows).gradient
    assert gradient is not None
    split = gradient.split
    assert isinstance(split, SplitSums)
    assert (split.n_a, split.n_b, split.blocks, gradient.pairs) == (rows // 2, rows // 2, 1, 0)
    noise = noise_of(0)[:rows]
    votes = HalfSpace().votes(torch.from_numpy(X) + SIGMA * noise).numpy()
    assert close(split, halves((votes == 1) - 0.5, noise.double().numpy()))


def test_every_class_has_sums_of_its_own() -> None:
    gradient = draw(Bands(), BATCH, Decision.MULTICLASS).gradient
    assert gradient is not None
    assert gradient.split is None
    assert gradient.per_class is not None
    noise = noise_of(0)
    votes = Bands().votes(torch.from_numpy(X) + SIGMA * noise).numpy()
    for c, split in enumerate(gradient.per_class):
        assert isinstance(split, SplitSums)
        assert close(split, halves((votes == c) - 0.5, noise.double().numpy()))


def test_discrete_noise_is_summed_by_its_conditional_means() -> None:
    grid = PixelGrid()
    pixels = np.array([30, 200, 90])
    x = grid.values(pixels)
    gradient = draw(HalfSpace(threshold=0.2), BATCH, noise=Noise.DISCRETE, x=x).gradient
    assert gradient is not None
    assert isinstance(gradient.split, SplitSums)
    source = discrete_source(torch.from_numpy(x), BATCH, SIGMA, SEED, ESTIMATION, UNIT)
    inputs = torch.empty(BATCH, 3)
    source.begin(inputs, 0)(0)
    votes = HalfSpace(threshold=0.2).votes(inputs).numpy()
    means = source.unit(slice(0, BATCH)).numpy()
    assert means.dtype == np.float64
    assert np.abs(means).max() <= np.abs(DiscreteGaussian(SIGMA, grid).means).max()
    assert close(gradient.split, halves((votes == 1) - 0.5, means))


def test_a_batch_larger_than_a_sum_may_be_is_cut() -> None:
    batch = 2**15 + 2**10
    wanted = SampleRequest(SECOND_ORDER, 1, SIGMA, SEED, 0, batch, batch)
    gradient = sample(HalfSpace(), X[:1], wanted, lambda _: None).gradient
    assert gradient is not None
    assert isinstance(gradient.split, SplitSums)
    assert gradient.split.blocks == 5  # of halves of 4 * 2**12 and 2**9 rows
    noise = torch.empty(batch, 1)
    fill_noise(noise, SEED, ESTIMATION, 0)
    votes = HalfSpace().votes(X[0].item() + SIGMA * noise).numpy()
    assert close(gradient.split, halves((votes == 1) - 0.5, noise.double().numpy()))


@pytest.mark.parametrize("noise", list(NOISE_LAWS))
def test_the_split_product_estimates_the_squared_gradient_norm(noise: Noise) -> None:
    """Of a half-space at distance 0.2: ``phi(0.8)^2`` in unit noise."""
    x = PixelGrid().values(np.array([51, 10, 20]))
    n = 400 * BATCH
    gradient = draw(HalfSpace(), n, noise=noise, x=x).gradient
    assert gradient is not None
    product = gradient.condensed().split
    assert product is not None
    inner, error = product.inner_product()
    truth = stats.norm.pdf(0.8) ** 2
    # A half's mean is off by at most 0.5 / sqrt(n / 2) an element, in standard deviations.
    off = 0.5 / math.sqrt(n / 2)
    assert abs(inner - truth) < 5 * (2 * math.sqrt(truth) * off + 3 * off * off)
    assert error < 1e-4
