"""The remembered time of a block: the last one, of whole blocks, apart for each kind of counting."""

from __future__ import annotations

from dataclasses import replace

from certificates import DIPOLE, FIRST_ORDER
from worker.sampling.block_times import BlockTimes
from worker.sampling.sample_request import SampleRequest

SHARD = SampleRequest(certifier=FIRST_ORDER, target=0, sigma=0.5, seed=1, first_block=3, n=4000, batch=1000)


def test_the_last_time_of_a_block_is_told_for_any_run_of_the_same_kind() -> None:
    times = BlockTimes()
    assert times.of(SHARD) is None
    times.note(SHARD, 8.0)
    times.note(SHARD, 4.0)
    assert times.of(replace(SHARD, sigma=0.25, seed=2, first_block=0, n=1000)) == 1.0
    assert times.of(replace(SHARD, certifier=DIPOLE)) is None


def test_less_than_a_block_says_nothing_about_a_block() -> None:
    times = BlockTimes()
    times.note(replace(SHARD, n=500), 4.0)
    assert times.of(SHARD) is None
