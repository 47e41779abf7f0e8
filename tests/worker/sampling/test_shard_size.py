"""Cutting a job into shards: every sample once, shards of the time aimed at, work for every process."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.support.plans import plan_of
from worker.sampling.shard_size import shard_blocks


@given(
    blocks=st.integers(1, 10**7),
    block_s=st.floats(0, 100),
    shard_s=st.floats(0.01, 60),
    processes=st.integers(1, 512),
)
def test_a_shard_has_some_blocks_and_takes_no_longer_than_aimed_at(
    blocks: int, block_s: float, shard_s: float, processes: int
) -> None:
    cut = shard_blocks(blocks, block_s, shard_s, processes)
    assert 1 <= cut <= blocks
    assert cut == 1 or cut * block_s <= shard_s * 1.000001


@given(blocks=st.integers(1, 10**6), block_s=st.floats(1e-4, 1), processes=st.integers(1, 64))
def test_every_process_gets_as_many_shards_as_any_other(blocks: int, block_s: float, processes: int) -> None:
    """Of equal size, but for what is left over where blocks do not divide: less than one block a shard."""
    cut = shard_blocks(blocks, block_s, 1.0, processes)
    rounds = -(-blocks // (cut * processes))
    assert blocks == cut or rounds * processes * (cut - 1) < blocks


def test_a_middling_job_is_shared_by_all_processes_in_several_turns() -> None:
    assert shard_blocks(blocks=1200, block_s=0.01, shard_s=1.0, processes=4) == 75
    assert shard_blocks(blocks=220, block_s=0.01, shard_s=1.0, processes=4) == 28


def test_a_small_job_is_not_cut_to_pieces() -> None:
    assert shard_blocks(blocks=20, block_s=0.01, shard_s=1.0, processes=8) == 20


def test_a_job_is_cut_for_its_processes_and_not_into_short_turns() -> None:
    """Two processes share 98 blocks of 4 ms, which is not twice a quarter of 0.75 s for each."""
    assert shard_blocks(blocks=98, block_s=0.004, shard_s=0.75, processes=2) == 49


def test_a_huge_job_has_shards_of_the_time_aimed_at() -> None:
    assert shard_blocks(blocks=10**6, block_s=0.01, shard_s=1.0, processes=4) == 100


@given(
    n=st.integers(1, 10**6).map(lambda half: 2 * half),
    batch=st.integers(1, 1000).map(lambda half: 2 * half),
    cut=st.integers(1, 1000),
)
def test_shards_hold_every_sample_once(n: int, batch: int, cut: int) -> None:
    blocks = -(-n // batch)
    shard = min(cut, blocks)
    plan = plan_of().model_copy(update={"batch": batch, "blocks": blocks, "shard_blocks": shard})
    ends = [0]
    for k in range(min(plan.shards, 50)):
        first, size = plan.shard_samples(k, n)
        assert first * batch == ends[-1]
        assert size > 0
        ends.append(ends[-1] + size)
    last_first, last_size = plan.shard_samples(plan.shards - 1, n)
    assert last_first * batch + last_size == n
