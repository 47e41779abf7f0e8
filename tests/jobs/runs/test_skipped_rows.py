"""Rows that will not come are noted with the reason, and a run whose other rows have ended is complete."""

from __future__ import annotations

import pytest
from redis import Redis

from jobs import keys
from jobs.job_errors import RunClosed, RunFull, StoreFull
from jobs.runs.run_expiry import RunExpiry
from jobs.runs.run_listing import RunFilter
from jobs.runs.run_records import RunState, SkippedRow
from jobs.runs.run_store import RunStore
from jobs.store import JobStore
from tests.support.begun import begin
from tests.support.run_specs import add_row, certificate, run_spec


def test_a_run_is_complete_without_its_skipped_rows(runs: RunStore, store: JobStore) -> None:
    run_id = runs.create(run_spec(expected_rows=2)).id
    runs.skip(run_id, "broken.png", "no picture")
    job_id = add_row(store, run_id, "a").job_id
    assert runs.get(run_id).state is RunState.OPEN
    begin(store, job_id)
    store.succeed(job_id, certificate(0.5))
    run = runs.get(run_id)
    assert (run.state, run.finished, run.counts.rows, run.counts.skipped) == (RunState.COMPLETE, True, 1, 1)
    assert [found.run.id for found in runs.list_runs(10, only=RunFilter(RunState.COMPLETE)).runs] == [run_id]


def test_they_are_listed_in_pages_each_once_with_the_last_reason(runs: RunStore) -> None:
    run_id = runs.create(run_spec()).id
    for key, reason in (("z", "first"), ("größe", "second"), ("a", "third"), ("z", "fourth")):
        runs.skip(run_id, key, reason)
    found = runs.skipped(run_id, 0, 10)
    assert [(row.key, row.reason) for row in found] == [("z", "fourth"), ("größe", "second"), ("a", "third")]
    assert runs.skipped(run_id, found[0].number, 1) == [
        SkippedRow(number=found[1].number, key="größe", reason="second")
    ]


def test_a_row_that_comes_takes_the_place(runs: RunStore, store: JobStore) -> None:
    run_id = runs.create(run_spec(expected_rows=1)).id
    runs.skip(run_id, "a", "too large")
    assert runs.get(run_id).state is RunState.COMPLETE
    add_row(store, run_id, "a")
    run = runs.get(run_id)
    assert (run.state, run.counts.skipped, runs.skipped(run_id, 0, 10)) == (RunState.OPEN, 0, [])


def test_a_row_that_is_there_is_not_skipped_too(runs: RunStore, store: JobStore) -> None:
    """A client may say so that never got the answer about the row. It would count as two of the rows."""
    run_id = runs.create(run_spec(expected_rows=2)).id
    job_id = add_row(store, run_id, "a").job_id
    begin(store, job_id)
    store.succeed(job_id, certificate(0.5))
    runs.skip(run_id, "a", "no answer")
    run = runs.get(run_id)
    assert (run.state, run.counts.rows, run.counts.skipped) == (RunState.OPEN, 1, 0)
    assert runs.skipped(run_id, 0, 10) == []


def test_a_cancelled_run_and_a_full_one_take_none(runs: RunStore, store: JobStore) -> None:
    run_id = runs.create(run_spec()).id
    add_row(store, run_id, "a")
    runs.skip(run_id, "b", "first", 2)
    runs.skip(run_id, "b", "again", 2)
    with pytest.raises(RunFull):
        runs.skip(run_id, "c", "third", 2)
    runs.cancel(run_id)
    with pytest.raises(RunClosed):
        runs.skip(run_id, "d", "late")


def test_none_is_noted_beyond_the_memory_that_may_be_used(runs: RunStore) -> None:
    run_id = runs.create(run_spec()).id
    runs.skip(run_id, "a", "no picture", memory=2**40)
    with pytest.raises(StoreFull):
        runs.skip(run_id, "b", "no picture", memory=1)
    assert runs.get(run_id).counts.skipped == 1


def test_they_go_with_their_run(runs: RunStore, redis_client: Redis) -> None:
    run_id = runs.create(run_spec()).id
    runs.skip(run_id, "a", "no picture")
    until = redis_client.zscore(keys.RUNS_EXPIRE, run_id)
    assert isinstance(until, float)
    RunExpiry(redis_client).sweep(until + 1.0)
    assert list(redis_client.scan_iter(f"*{run_id}*")) == []
