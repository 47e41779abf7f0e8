"""Blocks: the noise of each is its own, so cutting a job into shards changes nothing."""

from __future__ import annotations

import itertools
import random
import resource
import sys
from dataclasses import replace
from functools import partial, reduce
from operator import add

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from certificates import (
    CERTIFIERS,
    DIPOLE,
    FIRST_ORDER,
    NOISE_LAWS,
    SECOND_ORDER,
    Bounds,
    Certifier,
    Decision,
    Noise,
)
from certificates.counts.evidence import Evidence
from certificates.noise_laws.pixel_grid import PixelGrid
from tests.support.draws import unit_noise
from tests.support.toy_runtimes import Bands, HalfSpace, Recorder
from worker.noise.generator_keys import ESTIMATION, SELECTION
from worker.sampling.sampler import SampleRequest, sample, select_class

X = np.array([0.05, -0.2, 0.3], dtype=np.float32)
SIGMA = 0.25
near = partial(np.testing.assert_allclose, rtol=1.3e-6, atol=1e-5)
BATCH = 16
BLOCKS = 9
N = (BLOCKS - 1) * BATCH + 10
everywhere = pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)


def request(
    certifier: Certifier,
    *,
    first: int = 0,
    n: int = N,
    seed: int = 3,
    target: int = 2,
    bounds: Bounds = Bounds.TIGHT,
    decision: Decision = Decision.MAJORITY,
) -> SampleRequest:
    return SampleRequest(certifier, target, SIGMA, seed, first, n, BATCH, bounds=bounds, decision=decision)


def run(wanted: SampleRequest) -> Evidence:
    return sample(Bands(), X, wanted, lambda _: None)


@everywhere
@pytest.mark.parametrize(
    ("bounds", "decision"),
    [
        (Bounds.PAPER, Decision.MAJORITY),
        (Bounds.TIGHT, Decision.MAJORITY),
        (Bounds.TIGHT, Decision.MULTICLASS),
    ],
)
@given(cuts=st.sets(st.integers(1, BLOCKS - 1)), order=st.randoms(use_true_random=False))
def test_any_cut_into_shards_in_any_order_counts_the_same(
    certifier: Certifier, bounds: Bounds, decision: Decision, cuts: set[int], order: random.Random
) -> None:
    edges = [0, *sorted(cuts), BLOCKS]
    wanted = partial(request, certifier, bounds=bounds, decision=decision)
    shards = [
        run(wanted(first=first, n=min(last * BATCH, N) - first * BATCH))
        for first, last in itertools.pairwise(edges)
    ]
    order.shuffle(shards)
    assert reduce(add, shards) == run(wanted())


@everywhere
def test_a_seed_gives_the_same_counts_again_and_another_seed_others(certifier: Certifier) -> None:
    assert run(request(certifier)) == run(request(certifier))
    assert run(request(certifier, seed=4)) != run(request(certifier))
    assert run(request(certifier, first=1)) != run(request(certifier))


@everywhere
@pytest.mark.parametrize("n", [2, 10, BATCH, BATCH + 2, N])
def test_padding_is_never_counted_and_every_pass_has_the_full_batch(certifier: Certifier, n: int) -> None:
    seen = HalfSpace()
    evidence = sample(seen, X, request(certifier, n=n, target=1), lambda _: None)
    assert evidence.n == n
    assert seen.shapes == {(BATCH, 3)}


@everywhere
def test_passes_without_a_counted_row_are_left_out(certifier: Certifier) -> None:
    seen = Recorder(rows=4)
    assert sample(seen, X, request(certifier, n=BATCH + 6), lambda _: None).n == BATCH + 6
    assert [len(batch) for batch in seen.batches] == [4] * (BATCH // 4 + 2)
    seen.batches.clear()
    select_class(seen, X, SIGMA, n0=5, seed=3, batch=BATCH)
    assert [len(batch) for batch in seen.batches] == [4, 4]


def test_a_block_that_is_no_multiple_of_a_pass_is_refused() -> None:
    with pytest.raises(ValueError, match="multiple of the 6 rows"):
        sample(HalfSpace(rows=6), X, request(DIPOLE, target=1), lambda _: None)


def test_first_and_second_order_count_the_same_votes() -> None:
    assert run(request(FIRST_ORDER)).hits == run(request(SECOND_ORDER)).hits


def test_a_batch_is_the_input_and_the_noise_of_its_block() -> None:
    seen = Recorder()
    sample(seen, X, request(FIRST_ORDER, first=5, n=2 * BATCH), lambda _: None)
    for block, batch in zip((5, 6), seen.batches, strict=True):
        noise = unit_noise((BATCH, 3), 3, ESTIMATION, block)
        near(batch, X + SIGMA * noise)


def test_antithetic_sides_share_one_draw() -> None:
    seen = Recorder()
    sample(seen, X, request(DIPOLE, first=5, n=BATCH), lambda _: None)
    (batch,) = seen.batches
    noise = unit_noise((BATCH // 2, 3), 3, ESTIMATION, 5)
    near(batch[: BATCH // 2], X + SIGMA * noise)
    near(batch[BATCH // 2 :], X - SIGMA * noise)


def test_selection_has_noise_of_its_own() -> None:
    seen = Recorder()
    select_class(seen, X, SIGMA, n0=BATCH + 1, seed=3, batch=BATCH)
    assert len(seen.batches) == 2
    noise = unit_noise((BATCH, 3), 3, SELECTION, 1)
    near(seen.batches[1], X + SIGMA * noise)
    sample(seen, X, request(FIRST_ORDER, n=2 * BATCH), lambda _: None)
    for chosen in seen.batches[:2]:
        assert not any(
            np.isclose(chosen, counted, rtol=1.3e-6, atol=1e-5).any() for counted in seen.batches[2:]
        )


def in_order(batches: list[NDArray[np.float32]], sides: int) -> NDArray[np.float32]:
    """Inputs in the order of their noise: shape (sides, draws, 3)."""
    return np.concatenate([batch.reshape(sides, -1, 3) for batch in batches], axis=1)


@everywhere
@pytest.mark.parametrize("noise", list(NOISE_LAWS))
@pytest.mark.parametrize("rows", [2, 4, 16])
def test_how_many_rows_a_pass_has_changes_neither_noise_nor_votes(
    certifier: Certifier, noise: Noise, rows: int
) -> None:
    x = PixelGrid().values(np.array([13, 5, 70]))
    wanted = replace(request(certifier), noise=noise)
    whole, passes = Recorder(), Recorder(rows=rows)
    for seen in (whole, passes):
        sample(seen, x, wanted, lambda _: None)
    assert {len(batch) for batch in passes.batches} == {rows}
    sides = 2 if certifier is DIPOLE else 1
    fed, expected = in_order(passes.batches, sides), in_order(whole.batches, sides)
    assert np.array_equal(fed[:, : N // sides], expected[:, : N // sides])
    assert sample(Bands(rows=rows), x, wanted, lambda _: None) == sample(Bands(), x, wanted, lambda _: None)


def test_progress_is_told_after_every_block() -> None:
    told: list[int] = []
    sample(HalfSpace(), X, request(FIRST_ORDER, n=2 * BATCH + 5, target=1), told.append)
    assert told == [BATCH, 2 * BATCH, 2 * BATCH + 5]


def test_what_the_callback_raises_ends_the_sampling() -> None:
    class Cancelled(Exception):
        pass

    told: list[int] = []

    def cancel(done: int) -> None:
        told.append(done)
        if done == 2 * BATCH:
            raise Cancelled

    with pytest.raises(Cancelled):
        sample(HalfSpace(), X, request(FIRST_ORDER, target=1), cancel)
    assert told == [BATCH, 2 * BATCH]


@everywhere
def test_memory_does_not_grow_with_the_number_of_samples(certifier: Certifier) -> None:
    x = np.zeros(8192, dtype=np.float32)
    batch, rows, mebibyte = 64, 8, 2**20 if sys.platform == "darwin" else 2**10
    seen = HalfSpace(rows=rows)

    def peak_after(blocks: int) -> float:
        sample(seen, x, SampleRequest(certifier, 1, SIGMA, 1, 0, blocks * batch, batch), lambda _: None)
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / mebibyte

    before = peak_after(2)
    # 60 blocks hold 120 MiB of inputs; one block of noise and one pass of inputs hold 2.25.
    assert peak_after(60) - before < 16
    assert len(seen.addresses) <= 2, "each call fills one buffer again and again"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"sigma": 0.0}, "sigma"),
        ({"sigma": float("nan")}, "sigma"),
        ({"sigma": float("inf")}, "sigma"),
        ({"n": 0}, "n must be at least 1"),
        ({"n": 7}, "even for dipole"),
        ({"batch": 15}, "batch must be even"),
        ({"batch": 0}, "batch must be even"),
        ({"seed": -1}, "seed"),
        ({"target": -1}, "target"),
        ({"first_block": -1}, "first_block"),
    ],
)
def test_a_request_out_of_range_is_refused(change: dict[str, float], fault: str) -> None:
    good = {"target": 1, "sigma": 0.25, "seed": 1, "first_block": 0, "n": 8, "batch": 16}
    with pytest.raises(ValueError, match=fault):
        SampleRequest(DIPOLE, **(good | change))  # type: ignore[arg-type]  # wrong on purpose


def test_a_target_the_model_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="target 4 is not one of 4 classes"):
        run(request(DIPOLE, target=4))
