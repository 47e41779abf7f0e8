"""A process tries its model in every job that it counts, soon after it begins, and then at intervals."""

from __future__ import annotations

import pytest

from worker.fixed_function.trial_times import REMEMBERED, SHARE, TrialTimes, turns_of

SAME_ROWS = range(0)
"""The rows from the load are given again."""


@pytest.mark.parametrize(
    ("n", "rows", "turns"),
    [(2, 128, 1), (100_000, 128, 4), (1_000, 2, 5), (100_000, 2, 256), (10**9, 1024, 1), (192, 2, 1)],
)
def test_the_turns_are_a_small_share_of_the_job(n: int, rows: int, turns: int) -> None:
    assert len(turns_of(n, rows)) == turns


@pytest.mark.parametrize(
    ("n", "rows", "shards"), [(100_000, 128, 2), (100_000, 2, 700), (2, 2, 1), (10**9, 128, 7)]
)
def test_the_shards_of_a_job_share_its_turns_and_the_first_has_one(n: int, rows: int, shards: int) -> None:
    parts = [turns_of(n, rows, shard, shards) for shard in range(shards)]
    assert [turn for part in parts for turn in part] == list(turns_of(n, rows))
    assert parts[0]
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def trials(times: TrialTimes, job_id: str, shards: list[int], passes: int, *, may_stop: bool) -> list[int]:
    """Count shards of ``passes`` passes of two rows, in a job of 100; return those that a trial follows."""
    tried = []
    for shard in shards:
        n = 200 * passes
        if times.after_shard(job_id, n, shard, 100, 2 * passes, may_stop=may_stop) is not None:
            times.passed(job_id)
            tried.append(shard)
    return tried


@pytest.mark.parametrize("may_stop", [False, True])
def test_the_first_shard_of_a_process_in_any_kind_of_job_is_tried(may_stop: bool) -> None:
    times = TrialTimes(2)
    assert times.after_shard("a", 200, 60, 100, 2, may_stop=may_stop) == SAME_ROWS
    times.passed("a")
    assert times.after_shard("a", 200, 61, 100, 2, may_stop=may_stop) is None
    assert times.after_shard("b", 200, 62, 100, 2, may_stop=may_stop) == SAME_ROWS


def test_a_trial_that_was_not_passed_stays_due() -> None:
    """The process may run out of memory in it, and take the step again."""
    times = TrialTimes(2)
    for _ in range(2):
        assert times.after_shard("a", 200, 60, 100, 2, may_stop=False) == SAME_ROWS


@pytest.mark.parametrize("passes", [1, 8, 31, SHARE])
def test_short_shards_are_tried_together(passes: int) -> None:
    tried = trials(TrialTimes(2), "a", list(range(100)), passes, may_stop=True)
    apart = -(-SHARE // passes)
    assert tried == list(range(0, 100, apart))


def test_shards_of_jobs_in_turn_are_tried_together() -> None:
    times, tried = TrialTimes(2), []
    for shard in range(32):
        for job_id in ("a", "b"):
            tried += [(job_id, shard)] * len(trials(times, job_id, [shard], 1, may_stop=True))
    assert tried == [("a", 0), ("b", 0), ("b", 16)]


def test_the_last_shard_is_tried_unless_the_end_is() -> None:
    assert trials(TrialTimes(2), "a", [97, 98, 99], 1, may_stop=False) == [97, 99]
    assert trials(TrialTimes(2), "b", [97, 98, 99], 1, may_stop=True) == [97]


def test_a_job_that_may_stop_has_a_turn_after_shard_0_and_the_others_at_its_end() -> None:
    times = TrialTimes(2)
    assert times.after_shard("a", 1_000, 0, 100, 10, may_stop=True) == turns_of(1_000, 2)[:1]
    assert times.at_early_end(1_000) == turns_of(1_000, 2)[1:]
    assert times.after_shard("b", 1_000, 0, 1, 1_000, may_stop=True) == turns_of(1_000, 2)


def test_only_so_many_jobs_are_remembered() -> None:
    times = TrialTimes(2)
    for job in range(REMEMBERED + 1):
        assert trials(times, str(job), [50], 1, may_stop=True)
    assert not trials(times, "1", [51], 1, may_stop=True)
    assert trials(times, "0", [51], 1, may_stop=True)
