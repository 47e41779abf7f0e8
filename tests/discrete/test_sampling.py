"""Draws are integers that follow the exact law, symmetric, and the same for the same seed."""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.random import SFC64, Generator, SeedSequence
from numpy.typing import NDArray
from scipy.stats import chi2

from models.grid import PixelGrid
from worker.discrete_noise import DiscreteGaussian
from worker.discrete_tables import level_tables


def generator(seed: int, stream: int = 1, block: int = 0) -> Generator:
    return Generator(SFC64(SeedSequence(seed, spawn_key=(stream, block))))


def draw(noise: DiscreteGaussian, shape: tuple[int, ...], seed: int = 0, block: int = 0) -> NDArray[np.int16]:
    out = np.empty(shape, dtype=np.int16)
    noise.sample(generator(seed, block=block), out)
    return out


@pytest.mark.parametrize("sigma", [0.004, 0.12, 0.25, 2.0])
def test_every_draw_is_the_number_of_thresholds_reached_by_80_random_bits(sigma: float) -> None:
    """Against Python integers and bisection in the whole list of thresholds."""
    noise = DiscreteGaussian(sigma)
    thresholds = level_tables(noise.grid.steps(sigma)).thresholds
    size = 40_001
    levels = draw(noise, (size,), seed=5)
    bits = generator(5).bit_generator
    leading = [
        int(word) >> (16 * part) & 0xFFFF for word in bits.random_raw(-(-size // 4)) for part in range(4)
    ][:size]
    buckets_with_thresholds = {t >> 64 for t in thresholds}
    for level, head in zip(levels.tolist(), leading, strict=True):
        word = int(bits.random_raw(1)[0]) if head in buckets_with_thresholds else 0
        assert level == bisect_right(thresholds, head << 64 | word) - noise.max_abs


def test_tail_buckets_resolve_to_the_exact_level() -> None:
    """The two outermost buckets hold hundreds of levels that random draws hardly ever reach."""
    noise = DiscreteGaussian(0.25)
    thresholds = level_tables(noise.grid.steps(0.25)).thresholds
    values = [value for t in thresholds for value in (t - 1, t, t + 1) if value < 2**80]
    heads = np.array([value >> 64 for value in values], dtype=np.uint16)
    words = np.array([value & (2**64 - 1) for value in values], dtype=np.uint64)
    levels = noise.resolve(heads, words)
    assert levels.tolist() == [bisect_right(thresholds, v) - noise.max_abs for v in values]
    assert levels.min() == -noise.max_abs
    assert levels.max() == noise.max_abs


@pytest.mark.parametrize(("sigma", "levels"), [(0.25, 255), (0.5, 4), (1.0, 255)])
def test_frequencies_pass_a_chi_square_test(sigma: float, levels: int) -> None:
    noise = DiscreteGaussian(sigma, PixelGrid(levels=levels))
    drawn = draw(noise, (3_000_000,), seed=11).astype(np.int64) + noise.max_abs
    steps = noise.grid.steps(sigma)
    cdf = np.array([0, *level_tables(steps).thresholds, 2**80], dtype=object)
    mass = np.array([float(Fraction(int(p), 2**80)) for p in np.diff(cdf)])
    expected = mass * drawn.size
    observed = np.bincount(drawn, minlength=mass.size)
    common = expected >= 10
    rare = float(expected[~common].sum()), int(observed[~common].sum())
    statistic = float(np.sum((observed[common] - expected[common]) ** 2 / expected[common]))
    statistic += (rare[1] - rare[0]) ** 2 / rare[0]
    assert chi2.sf(statistic, int(common.sum())) > 1e-6


def test_mirrored_bits_give_the_mirrored_level() -> None:
    """So that ``-J`` has exactly the law of ``J``, as antithetic pairs need."""
    noise = DiscreteGaussian(0.25)
    heads = np.arange(2**16, dtype=np.uint16)
    words = generator(3).bit_generator.random_raw(heads.size)
    assert np.array_equal(noise.resolve(heads, words), -noise.resolve(~heads, ~words))


def test_noise_is_a_function_of_seed_stream_and_block() -> None:
    noise = DiscreteGaussian(0.25)
    first = draw(noise, (8, 3, 5), seed=42, block=7)
    assert np.array_equal(first, draw(noise, (120,), seed=42, block=7).reshape(8, 3, 5))
    assert not np.array_equal(first, draw(noise, (8, 3, 5), seed=42, block=8))
    assert not np.array_equal(first, draw(noise, (8, 3, 5), seed=43, block=7))


def test_draws_do_not_change_between_versions() -> None:
    """A certificate's sampling can be checked by a re-run only while the same seed gives these numbers."""
    assert draw(DiscreteGaussian(0.25), (10,), seed=2024, block=3).tolist() == GOLDEN


GOLDEN = [-28, 101, 98, 13, -13, 118, 26, -61, -18, -65]


@pytest.mark.parametrize("sigma", [0.0, -0.1, float("nan"), float("inf"), 12.0])
def test_sigma_out_of_range_is_refused(sigma: float) -> None:
    with pytest.raises(ValueError, match="sigma"):
        DiscreteGaussian(sigma)


def test_an_output_of_another_kind_is_refused() -> None:
    noise = DiscreteGaussian(0.25)
    wrong: list[NDArray[Any]] = [np.empty(4, dtype=np.int32), np.empty((4, 4), dtype=np.int16)[:, ::2]]
    for out in wrong:
        with pytest.raises(ValueError, match="int16"):
            noise.sample(generator(0), out)
