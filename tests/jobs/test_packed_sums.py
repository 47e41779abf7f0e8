"""Gradient sums in the store keep every bit, take few bytes, and count each shard once."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from certificates import SECOND_ORDER, AllPairsSums, Evidence, GradientSums, HitCounts, Weights
from certificates.claim.claim_rules import LARGEST_SUMS
from jobs import keys
from jobs.ledger import UNFOLDED, Ledger
from jobs.packed_sums import pack_sums, unpack_sums
from jobs.store import JobStore
from tests.support.begun import begin
from tests.support.plans import plan_of
from tests.support.specs import submission

LARGEST = 2**53 - 1
D = 150_528


def gradient_of(
    units: list[list[int]], squares: int = 7, *, every_class: bool = False, weights: Weights = Weights.SCORES
) -> GradientSums:
    """Sums of whole numbers of the grid's units."""
    vectors = (np.array(units, dtype=np.int64) / 2.0**20).astype("<f8").tobytes()
    d = len(units[0])
    sums = AllPairsSums(weights, 3, d, 5, squares, vectors, per_class=every_class)
    return GradientSums(d, 0, 0.0, sums=sums)


@given(
    units=st.integers(1, 4).flatmap(
        lambda d: st.lists(
            st.lists(st.integers(-LARGEST, LARGEST), min_size=d, max_size=d), min_size=6, max_size=6
        )
    ),
    squares=st.integers(0, 2**90),
)
def test_nothing_is_lost(units: list[list[int]], squares: int) -> None:
    for gradient in (
        gradient_of(units[:1], squares),
        gradient_of(units[:1], squares, weights=Weights.MISSES),
        gradient_of(units, squares, every_class=True),
    ):
        assert unpack_sums(pack_sums(gradient)) == gradient


@pytest.mark.parametrize(
    ("largest", "width"),
    [(0, 1), (127, 1), (-127, 1), (128, 2), (2**31 - 1, 4), (-(2**31) + 1, 4), (2**31, 5), (LARGEST, 7)],
)
def test_a_number_takes_as_few_bytes_as_hold_the_largest(largest: int, width: int) -> None:
    packed = pack_sums(gradient_of([[*[1 if largest else 0] * 999, largest]]))
    assert len(packed) - 1000 * width < 64


def test_evidence_without_vectors_takes_no_bytes() -> None:
    assert pack_sums(None) == b""
    assert pack_sums(GradientSums(2, 50, 1.5)) == b""


@pytest.mark.parametrize("cut", [0, 1, 20, 56, 57, 59])
def test_bytes_that_end_early_are_refused(cut: int) -> None:
    packed = pack_sums(gradient_of([[1, 2, 3]]))
    assert len(packed) == 60
    with pytest.raises(ValueError, match="not gradient sums"):
        unpack_sums(packed[:cut])
    for other in (packed + b"\0", b"\x09" + packed[1:]):
        with pytest.raises(ValueError, match="not gradient sums"):
            unpack_sums(other)


def shard_of(rng: np.random.Generator) -> Evidence:
    """A shard of 2,000 samples of a picture of 224 x 224 x 3."""
    sums = AllPairsSums.of_block(Weights.SCORES, 2000, rng.normal(0, 22, D), 500.0 * D)
    return Evidence(hits=HitCounts(2000, 0, (1500, 500)), gradient=GradientSums(D, 0, 0.0, sums=sums))


def test_a_shard_is_written_once_and_the_sum_of_all_now_and_then(
    redis_client: Redis, store: JobStore
) -> None:
    shards, ledger, rng = 24, Ledger(redis_client), np.random.default_rng(1)
    made = submission(np.zeros((3, 224, 224), np.float32), n=2000 * shards, certifier=SECOND_ORDER)
    job_id = store.create(made.spec, made.input_bytes).job_id
    begin(store, job_id)
    plan = ledger.fix_plan(job_id, plan_of(shards=shards))
    evidence = [shard_of(rng) for _ in range(shards)]
    total = evidence[0]
    for shard in evidence[1:]:
        total += shard
    assert len(pack_sums(total.gradient)) < 0.65e6
    before, folded = redis_client.info("stats")["total_net_input_bytes"], []
    for number, shard in enumerate(evidence):
        standing = ledger.store_shard(job_id, plan, number, shard)
        merged = ledger.merge(job_id, made.spec, plan, 2, standing)
        folded.append(number + 1 - redis_client.hlen(keys.vectors(job_id)))
    assert merged.whole is not None
    assert merged.whole.evidence == total
    assert max(number + 1 - done for number, done in enumerate(folded[:-1])) < UNFOLDED
    written = (redis_client.info("stats")["total_net_input_bytes"] - before) / shards
    assert written < 0.85e6, "the sums of all, written with every few shards, included"


def test_the_first_shard_is_merged_without_reading_its_vectors_back(
    redis_client: Redis, store: JobStore
) -> None:
    ledger, shard = Ledger(redis_client), shard_of(np.random.default_rng(3))
    made = submission(np.zeros((3, 224, 224), np.float32), n=2000 * 3, certifier=SECOND_ORDER)
    job_id = store.create(made.spec, made.input_bytes).job_id
    begin(store, job_id)
    plan = ledger.fix_plan(job_id, plan_of(shards=3))
    before = redis_client.info("stats")["total_net_output_bytes"]
    standing = ledger.store_shard(job_id, plan, 0, shard)
    ledger.merge(job_id, made.spec, plan, 2, standing)
    assert redis_client.info("stats")["total_net_output_bytes"] - before < 0.1 * len(
        pack_sums(shard.gradient)
    )
    merged = ledger.look(job_id, plan).prefix
    assert (merged.merged, merged.folded, merged.evidence) == (1, 1, shard.at_epoch(None))


def test_sums_at_the_limit_take_no_more_memory_than_is_stated() -> None:
    """16 MiB a vector: merging two shards as they come from the store takes as much as four and a half do."""
    d = LARGEST_SUMS
    rng = np.random.default_rng(2)
    packed = pack_sums(
        GradientSums(d, 0, 0.0, sums=AllPairsSums.of_block(Weights.MISSES, 64, rng.normal(0, 9, d), 3.0 * d))
    )
    tracemalloc.start()
    try:
        both = unpack_sums(packed) + unpack_sums(packed)
        pack_sums(both)
        both.condensed()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4.5 * 8 * d
