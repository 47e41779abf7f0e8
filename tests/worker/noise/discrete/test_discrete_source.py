"""Discrete noise through the sampler: same blocks, same counts, the true answers, on a CPU and on a GPU."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import binom

from certificates import CERTIFIERS, DIPOLE, FIRST_ORDER, SECOND_ORDER, Bounds, Certifier, Evidence, Noise
from certificates.counts.exact_sums import LARGEST_NUMBER, rounding_of_products
from certificates.noise_laws.pixel_grid import NotOnGridError, PixelGrid
from tests.support.level_sets import INF, LevelSet
from tests.support.toy_runtimes import COMPUTATION, OneHot
from worker.noise.discrete.cpu_draws import Levels
from worker.noise.discrete.device_tables import DeviceTables
from worker.noise.discrete.discrete_source import HostDiscreteSource
from worker.noise.discrete.gpu_discrete_source import DeviceDiscreteSource
from worker.noise.discrete.rounded_gaussian import DiscreteGaussian
from worker.noise.generator_keys import ESTIMATION, SELECTION, block_key
from worker.noise.sources import UNIT
from worker.sampling.sampler import SampleRequest, sample, select_class

SIGMA, BATCH, SEED = 0.25, 128, 9
GRID = PixelGrid()
PIXELS = np.array([200, 17, 255, 0], dtype=np.int16)
X = GRID.values(PIXELS)
EDGE = 140
"""Class 1: the first pixel is at least this level."""


class FirstPixel(OneHot):
    """A half-line on the grid, as a base classifier; remembers the batches it saw."""

    computation = COMPUTATION
    classes = 2
    rows: int | None = None

    def __init__(self) -> None:
        self.seen: list[NDArray[np.float32]] = []

    def votes(self, batch: NDArray[np.float32]) -> NDArray[np.int64]:
        self.seen.append(batch.copy())
        return (batch[:, 0] >= np.float32(GRID.values(EDGE))).astype(np.int64)


def run(certifier: Certifier, n: int, first_block: int = 0, runtime: FirstPixel | None = None) -> Evidence:
    request = SampleRequest(certifier, 1, SIGMA, SEED, first_block, n, BATCH, Noise.DISCRETE, Bounds.PAPER)
    return sample(runtime or FirstPixel(), X, request, lambda _: None)


def levels_of(block: int, draws: int, stream: int = ESTIMATION) -> NDArray[np.int16]:
    out = np.empty((draws, PIXELS.size), dtype=np.int16)
    for done, piece in Levels(DiscreteGaussian(SIGMA)).pieces(block_key(SEED, stream, block), 0, out.size):
        out.reshape(-1)[done : done + len(piece)] = piece
    return out


KNOWN = LevelSet(GRID.steps(SIGMA), ((EDGE - int(PIXELS[0]), INF),))


def likely(count: int, n: int, p: float) -> bool:
    return min(float(binom.cdf(count, n, p)), float(binom.sf(count - 1, n, p))) > 1e-6


def test_the_model_is_fed_pixel_plus_draw_as_float32_of_the_integer() -> None:
    runtime = FirstPixel()
    run(FIRST_ORDER, 2 * BATCH, runtime=runtime)
    for block, batch in enumerate(runtime.seen):
        assert np.array_equal(batch, GRID.values(PIXELS + levels_of(block, BATCH).astype(np.int64)))


def test_a_pair_is_the_pixel_plus_and_minus_one_draw() -> None:
    runtime = FirstPixel()
    run(DIPOLE, BATCH, runtime=runtime)
    levels = levels_of(0, BATCH // 2).astype(np.int64)
    expected = GRID.values(np.concatenate((PIXELS + levels, PIXELS - levels)))
    assert np.array_equal(runtime.seen[0], expected)


def test_selection_uses_a_stream_of_its_own() -> None:
    runtime = FirstPixel()
    assert select_class(runtime, X, SIGMA, BATCH, SEED, BATCH, Noise.DISCRETE).target == 1
    levels = levels_of(0, BATCH, SELECTION).astype(np.int64)
    assert np.array_equal(runtime.seen[0], GRID.values(PIXELS + levels))


@pytest.mark.parametrize("antithetic", [False, True])
def test_how_a_block_is_cut_into_passes_changes_no_input(antithetic: bool) -> None:
    source = HostDiscreteSource(X, BATCH, SIGMA, SEED, ESTIMATION, UNIT, antithetic=antithetic)
    whole, halves = np.empty((BATCH, 4), np.float32), np.empty((2, BATCH // 2, 4), np.float32)
    source.begin(whole, 2)(0)
    for part in range(2):
        source.begin(halves[part], 2)(part)
    sides = 2 if antithetic else 1
    assert np.array_equal(halves.reshape(2, sides, -1, 4).swapaxes(0, 1).reshape(BATCH, 4), whole)


@pytest.mark.parametrize("start", [0, 5])
@pytest.mark.parametrize("apart", [0, 1, 3])
def test_means_of_a_block_are_summed_by_group(start: int, apart: int) -> None:
    """Rows of a group below 0, a quarter of them for each ``apart``, are left out."""
    source = HostDiscreteSource(X, BATCH, SIGMA, SEED, ESTIMATION, UNIT)
    source.begin(np.empty((BATCH, 4), np.float32), 1)(0)
    means = DiscreteGaussian(SIGMA).conditional_mean(levels_of(1, BATCH))
    assert np.array_equal(source.unit(slice(start, BATCH)), means[start:])
    groups = np.arange(BATCH - start) % 4 - apart
    sums = np.full((4, 4), math.nan)
    squares = source.sum_groups(groups, start, sums)
    rows = means[start:]
    expected = [[math.fsum(column) for column in rows[groups == group].T.tolist()] for group in range(4)]
    np.testing.assert_allclose(sums, expected, rtol=0, atol=1e-12)
    counted = rows[groups >= 0]
    exact = math.fsum((counted**2).ravel().tolist())
    assert exact - counted.size / 2**20 <= squares <= exact


@pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
def test_blocks_add_however_they_are_cut(certifier: Certifier) -> None:
    parts = [run(certifier, blocks * BATCH, first) for first, blocks in ((0, 1), (1, 3), (4, 2))]
    assert parts[0] + parts[1] + parts[2] == run(certifier, 6 * BATCH)


def test_counts_agree_with_the_exact_probabilities() -> None:
    n = 40 * BATCH
    hits, pairs = run(FIRST_ORDER, n).hits, run(DIPOLE, n).pairs
    assert hits is not None
    assert pairs is not None
    assert likely(hits.hits, n, KNOWN.p)
    assert likely(pairs.both, n // 2, KNOWN.c_s)
    assert likely(pairs.plus_only, n // 2, KNOWN.c_n)
    assert likely(pairs.minus_only, n // 2, KNOWN.c_n)


def test_the_paired_statistic_sums_conditional_means_and_is_never_understated() -> None:
    gradient = run(SECOND_ORDER, BATCH).gradient
    assert gradient is not None
    levels, half = levels_of(0, BATCH), BATCH // 2
    means = DiscreteGaussian(SIGMA).conditional_mean(levels)
    hit = PIXELS[0] + levels[:, 0] >= EDGE
    together = hit[:half] & hit[half:]
    exact = math.fsum((means[:half][together] * means[half:][together]).ravel().tolist())
    assert exact < gradient.paired_sum <= exact + 2 * 2.0**-20 + rounding_of_products(BATCH * 4)


def test_the_paired_statistic_estimates_the_squared_gradient_norm() -> None:
    gradient = run(SECOND_ORDER, 200 * BATCH).gradient
    assert gradient is not None
    assert abs(gradient.paired_sum / gradient.pairs - KNOWN.gradient**2) < 5 * math.sqrt(4 / gradient.pairs)


@pytest.mark.parametrize("sigma", [0.0003, 0.001, 0.25, 1.0])
def test_no_conditional_mean_exceeds_what_the_rounding_bound_assumes(sigma: float) -> None:
    assert np.abs(DiscreteGaussian(sigma).means).max() < LARGEST_NUMBER


@given(
    factors=st.lists(st.floats(0.9 * LARGEST_NUMBER, LARGEST_NUMBER), min_size=2, max_size=40),
    halves=st.lists(st.sampled_from([-1, 1]), min_size=40, max_size=40),
)
@example(factors=[LARGEST_NUMBER] * 2, halves=[1] * 40)
def test_half_of_the_allowance_for_rounding_covers_the_worst_case(
    factors: list[float], halves: list[int]
) -> None:
    """Every factor is half a unit in its last place away from what it stands for."""
    exact = [Fraction(x) + half * Fraction(math.ulp(x)) / 2 for x, half in zip(factors, halves, strict=False)]
    products = len(factors) // 2
    total = 0.0
    for k in range(products):
        total += factors[2 * k] * factors[2 * k + 1]
    allowance = rounding_of_products(products) / 2
    meant = sum(exact[2 * k] * exact[2 * k + 1] for k in range(products))
    assert Fraction(total + allowance) >= meant


def test_an_input_off_the_grid_is_refused() -> None:
    request = SampleRequest(FIRST_ORDER, 1, SIGMA, SEED, 0, BATCH, BATCH, Noise.DISCRETE)
    with pytest.raises(NotOnGridError):
        sample(FirstPixel(), X + np.float32(1e-3), request, lambda _: None)
    with pytest.raises(NotOnGridError):
        select_class(FirstPixel(), X + np.float32(1e-3), SIGMA, BATCH, SEED, BATCH, Noise.DISCRETE)


def test_device_tables_resolve_like_the_host() -> None:
    law = DiscreteGaussian(SIGMA)
    buckets = np.arange(2**16, dtype=np.uint16)
    words = np.random.default_rng(4).integers(0, 2**64, buckets.size, dtype=np.uint64)
    words[:4] = 0, 2**64 - 1, 2**63, 2**63 - 1
    tables = DeviceTables(law, PIXELS, torch.device("cpu"))
    bucket = torch.from_numpy(buckets.astype(np.int32))
    found = tables.resolve(bucket, torch.from_numpy(words.view(np.int64)))
    assert np.array_equal(found.numpy(), law.resolve(buckets, words))


def check_device(device: torch.device) -> None:
    """Draws follow the law, and inputs and means equal the host's for the same levels."""
    law = DiscreteGaussian(SIGMA)
    tables = DeviceTables(law, PIXELS, device)
    levels = torch.empty((50_000, 4), dtype=torch.int16, device=device)
    tables.sample(torch.Generator(device).manual_seed(5), levels)
    host = levels.cpu().numpy()
    for edge in (-150, -64, -3, 0, 20, 100):
        share = LevelSet(law.grid.steps(SIGMA), ((edge, INF),)).p
        assert likely(int((host >= edge).sum()), host.size, share)
    for sign in (1, -1):
        out = torch.empty(levels.shape, dtype=torch.float32, device=device)
        tables.write_inputs(levels, out, sign)
        assert np.array_equal(out.cpu().numpy(), GRID.values(PIXELS + sign * host.astype(np.int64)))
    assert np.array_equal(tables.conditional_mean(levels).cpu().numpy(), law.conditional_mean(host))


def test_device_draws_on_the_host() -> None:
    check_device(torch.device("cpu"))


@pytest.mark.gpu
def test_device_draws_on_a_gpu() -> None:
    if not torch.cuda.is_available():
        pytest.skip("needs an NVIDIA GPU and the CUDA build of PyTorch")
    check_device(torch.device("cuda"))
    inputs = torch.empty((BATCH, 4), device="cuda")
    again = torch.empty_like(inputs)
    DeviceDiscreteSource(X, BATCH, SIGMA, SEED, ESTIMATION, UNIT).begin(inputs, 3)(0)
    DeviceDiscreteSource(X, BATCH, SIGMA, SEED, ESTIMATION, UNIT).begin(again, 3)(0)
    assert torch.equal(inputs, again)
