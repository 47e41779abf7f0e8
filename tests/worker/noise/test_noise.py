"""The noise: standard normal, independent between blocks and streams, the same for ever from a seed."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from tests.support.draws import unit_noise
from worker.noise.generator_keys import ESTIMATION, SELECTION

SIZE = 1_000_000
PINNED = [1.8330600261688232, 1.5142829418182373, -0.8430597186088562, 0.35580599308013916]
"""Seed 7, estimation stream, block 3."""


def noise(seed: int, stream: int, block: int, size: int = SIZE) -> NDArray[np.float64]:
    return unit_noise((size,), seed, stream, block).astype(np.float64)


def test_it_is_standard_normal() -> None:
    sample = noise(11, ESTIMATION, 0)
    assert stats.kstest(sample, "norm").pvalue > 1e-4
    # Standard errors of the first four moments of n standard normal numbers.
    errors = np.sqrt(np.array([1, 2, 15, 96]) / SIZE)
    moments = np.array([np.mean(sample**k) for k in (1, 2, 3, 4)])
    assert np.all(np.abs(moments - [0, 1, 0, 3]) < 5 * errors)


def test_its_tails_are_as_heavy_as_they_should_be() -> None:
    sample = np.abs(noise(12, ESTIMATION, 0, 4 * SIZE))
    for cut in (3.0, 4.0, 5.0):
        expected = stats.binom(len(sample), 2 * stats.norm.sf(cut))
        assert expected.ppf(1e-6) <= (sample > cut).sum() <= expected.isf(1e-6)


def test_seeds_streams_and_blocks_are_independent() -> None:
    samples = [noise(*key) for key in itertools.product((1, 2, 2**64 + 1), (SELECTION, ESTIMATION), (0, 1))]
    correlations = np.asarray(np.corrcoef(samples))[np.triu_indices(len(samples), 1)]
    assert np.abs(correlations).max() < 5 / np.sqrt(SIZE)


def test_it_is_the_same_when_drawn_again_in_any_order() -> None:
    first = [noise(5, ESTIMATION, block, 100) for block in (0, 1, 2)]
    again = [noise(5, ESTIMATION, block, 100) for block in (2, 1, 0)]
    np.testing.assert_array_equal(first, again[::-1])


def test_a_seed_means_the_same_numbers_in_every_release() -> None:
    np.testing.assert_array_equal(noise(7, ESTIMATION, 3, 4), PINNED)
