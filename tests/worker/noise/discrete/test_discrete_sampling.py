"""Draws are integers that follow the exact law, symmetric, and the same for the same seed."""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import chi2

from certificates.noise_laws.pixel_grid import PixelGrid
from worker.noise.discrete.cpu_draws import CHUNK, Levels
from worker.noise.discrete.exact_tables import level_tables
from worker.noise.discrete.rounded_gaussian import DiscreteGaussian
from worker.noise.generator_keys import ESTIMATION, block_key
from worker.noise.philox import COUNTERS, Key, random_bits

KEY: Key = np.array([7, 11, 13, 17], dtype=np.uint32)


@cache
def law(sigma: float) -> DiscreteGaussian:
    return DiscreteGaussian(sigma)


def collect(noise: DiscreteGaussian, key: Key, first: int, count: int) -> NDArray[np.int16]:
    out = np.empty(count, dtype=np.int16)
    for done, piece in Levels(noise).pieces(key, first, count):
        out[done : done + len(piece)] = piece
    return out


def draws(sigma: float, key: Key, first: int, count: int) -> NDArray[np.int16]:
    return collect(law(sigma), key, first, count)


def philox(counter: int) -> list[int]:
    """The four words of one counter of KEY, in Python integers, from the published recurrence."""
    c = [counter & 0xFFFFFFFF, counter >> 32, int(KEY[2]), int(KEY[3])]
    k = [int(KEY[0]), int(KEY[1])]
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [b >> 32 ^ c[1] ^ k[0], b & 0xFFFFFFFF, a >> 32 ^ c[3] ^ k[1], a & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def leading_bits(draw: int) -> int:
    """Where a draw's leading bits are: chunks of 256 counters, all words 0, then all words 1, ..."""
    chunk, place = divmod(draw, 2048)
    word, counter = divmod(place // 2, 256)
    return philox(256 * chunk + counter)[word] >> (16 * (place % 2)) & 0xFFFF


def following_bits(draw: int) -> int:
    """The 64 bits after them: words 0 and 1 of a counter of the draw's own, which no chunk has."""
    high, low, _, _ = philox(2**63 + draw)
    return high << 32 | low


@pytest.mark.parametrize("sigma", [0.004, 0.12, 0.25, 2.0])
@pytest.mark.parametrize("first", [0, 5 * CHUNK - 1_001, 2**40 + 3])
def test_every_draw_is_the_number_of_thresholds_reached_by_80_random_bits(sigma: float, first: int) -> None:
    """Against Python integers and bisection in the whole list of thresholds."""
    thresholds = level_tables(law(sigma).grid.steps(sigma)).thresholds
    numbers = [leading_bits(j) << 64 | following_bits(j) for j in range(first, first + 2_000)]
    expected = [bisect_right(thresholds, number) - law(sigma).max_abs for number in numbers]
    assert draws(sigma, KEY, first, 2_000).tolist() == expected


@pytest.mark.parametrize("sigma", [0.12, 2.0])
def test_every_bucket_reads_the_level_that_its_bits_resolve_to(sigma: float) -> None:
    """Over many more draws: whatever the table leaves open, and nothing else, is decided by further bits."""
    noise, chunks = law(sigma), 100
    words = np.empty((chunks, 4, COUNTERS), dtype=np.uint32)
    random_bits(KEY, 0, words)
    leading = np.stack((words.ravel() & 0xFFFF, words.ravel() >> 16), axis=1).ravel().astype(np.uint16)
    levels = draws(sigma, KEY, 0, chunks * CHUNK)
    lowest = noise.resolve(leading, np.zeros(leading.size, dtype=np.uint64))
    highest = noise.resolve(leading, np.full(leading.size, 2**64 - 1, dtype=np.uint64))
    assert np.all((lowest <= levels) & (levels <= highest))
    assert np.mean(lowest < highest) < 0.06


@given(first=st.integers(0, 2**40), count=st.integers(1, 3 * CHUNK), cut=st.integers(0, 3 * CHUNK))
def test_any_run_of_draws_can_be_drawn_by_itself(first: int, count: int, cut: int) -> None:
    cut = min(cut, count)
    runs = [draws(1.0, KEY, first, cut), draws(1.0, KEY, first + cut, count - cut)]
    np.testing.assert_array_equal(np.concatenate(runs), draws(1.0, KEY, first, count))


def test_long_runs_are_those_of_short_ones() -> None:
    whole = draws(1.0, KEY, 5, 70 * CHUNK)
    for first in (0, 63 * CHUNK, 64 * CHUNK - 7):
        np.testing.assert_array_equal(draws(1.0, KEY, 5 + first, 100), whole[first : first + 100])


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
    drawn = collect(noise, KEY, 0, 3_000_000).astype(np.int64) + noise.max_abs
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
    words = np.random.default_rng(3).integers(0, 2**64, heads.size, dtype=np.uint64)
    assert np.array_equal(noise.resolve(heads, words), -noise.resolve(~heads, ~words))


def test_noise_is_a_function_of_seed_stream_and_block() -> None:
    keys = [block_key(42, 1, 7), block_key(42, 1, 8), block_key(43, 1, 7), block_key(42, 0, 7)]
    drawn = [draws(0.25, key, 0, 120) for key in keys]
    assert np.array_equal(drawn[0], draws(0.25, block_key(42, 1, 7), 0, 120))
    assert all(np.count_nonzero(drawn[0] == other) < 10 for other in drawn[1:])


def test_draws_do_not_change_between_versions() -> None:
    """A certificate's sampling can be checked by a re-run only while the same seed gives these numbers."""
    assert draws(0.25, block_key(2024, ESTIMATION, 3), 0, 10).tolist() == GOLDEN


GOLDEN = [2, 56, -19, 72, 44, 9, -4, -20, 21, -71]


@pytest.mark.parametrize("sigma", [0.0, -0.1, float("nan"), float("inf"), 12.0])
def test_sigma_out_of_range_is_refused(sigma: float) -> None:
    with pytest.raises(ValueError, match="sigma"):
        DiscreteGaussian(sigma)
