"""An expired run goes with the jobs of its rows, and nothing else does."""

from __future__ import annotations

import time

import pytest
from redis import Redis

from jobs import keys
from jobs.job_errors import RunClosed, RunNotFound
from jobs.job_records import JobState
from jobs.runs import run_expiry
from jobs.runs.run_expiry import RunExpiry
from jobs.runs.run_store import RunStore
from jobs.shared_settings import JobsSettings
from jobs.store import JobStore
from tests.support.begun import begin
from tests.support.run_specs import add_row, certificate, run_spec
from tests.support.specs import submission

LONG = 10 * JobsSettings().result_ttl_s


@pytest.fixture
def expiry(redis_client: Redis) -> RunExpiry:
    return RunExpiry(redis_client)


def _ended(store: JobStore, run_id: str, key: str) -> str:
    job_id = add_row(store, run_id, key, 0).job_id
    begin(store, job_id)
    store.succeed(job_id, certificate(0.5))
    return job_id


def test_nothing_is_left(runs: RunStore, store: JobStore, redis_client: Redis, expiry: RunExpiry) -> None:
    run_id = runs.create(run_spec(owner="me")).id
    for key in "abc":
        _ended(store, run_id, key)
    assert all(redis_client.pttl(name) == -1 for name in redis_client.keys(keys.job("*")))
    expiry.sweep(time.time() + LONG)
    with pytest.raises(RunNotFound):
        runs.get(run_id)
    assert redis_client.keys("*") == [keys.TOTALS.encode()]


def test_a_large_run_goes_in_turns(
    runs: RunStore, store: JobStore, redis_client: Redis, expiry: RunExpiry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_expiry, "BATCH", 2)
    run_id = runs.create(run_spec()).id
    jobs = [_ended(store, run_id, str(i)) for i in range(5)]
    left = []
    for _ in range(3):
        expiry.sweep(time.time() + LONG)
        left.append(sum(bool(redis_client.exists(keys.job(job_id))) for job_id in jobs))
    assert left == [3, 1, 0]
    with pytest.raises(RunNotFound):
        runs.get(run_id)


def test_a_run_that_is_being_deleted_takes_no_rows(
    runs: RunStore, store: JobStore, redis_client: Redis, expiry: RunExpiry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_expiry, "BATCH", 2)
    run_id = runs.create(run_spec()).id
    for i in range(3):
        _ended(store, run_id, str(i))
    expiry.sweep(time.time() + LONG)
    with pytest.raises(RunClosed):
        add_row(store, run_id, "late")
    expiry.sweep(time.time() + LONG)
    assert redis_client.keys("*") == [keys.TOTALS.encode()]


def test_a_run_of_another_version_goes_too(
    runs: RunStore, store: JobStore, redis_client: Redis, expiry: RunExpiry
) -> None:
    run_id = runs.create(run_spec(owner="me")).id
    _ended(store, run_id, "a")
    redis_client.hset(keys.run(run_id), "version", "0")
    expiry.sweep(time.time() + LONG)
    assert redis_client.keys("*") == [keys.TOTALS.encode()]


def test_a_run_stays_while_it_is_young_or_a_row_has_not_ended(
    runs: RunStore, store: JobStore, expiry: RunExpiry
) -> None:
    young = runs.create(run_spec()).id
    job_id = _ended(store, young, "a")
    expiry.sweep(time.time())
    assert store.get(job_id).certificate == certificate(0.5)
    add_row(store, young, "b")
    expiry.sweep(time.time() + LONG)
    assert runs.get(young).counts.rows == 2


def test_a_row_lengthens_the_life_of_its_run(runs: RunStore, store: JobStore, redis_client: Redis) -> None:
    run_id = runs.create(run_spec()).id
    lives = []
    for key in "ab":
        _ended(store, run_id, key)
        lives.append(redis_client.zscore(keys.RUNS_EXPIRE, run_id))
    assert lives[0] is not None
    assert lives[1] is not None
    assert lives[0] < lives[1]


def test_jobs_of_their_own_are_left_alone(runs: RunStore, store: JobStore, expiry: RunExpiry) -> None:
    made = submission(n=100)
    job_id = store.create(made.spec, made.input_bytes).job_id
    store.cancel(job_id)
    _ended(store, runs.create(run_spec()).id, "a")
    expiry.sweep(time.time() + LONG)
    assert store.get(job_id).state is JobState.CANCELLED
