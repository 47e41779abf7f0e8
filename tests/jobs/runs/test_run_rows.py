"""Rows come to a run once each, and only while it takes rows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from redis import Redis

from jobs.job_errors import JobConflict, OwnerRunsFull, RunClosed, RunFull, RunNotFound, StoreFull
from jobs.job_records import JobState
from jobs.runs.run_records import RunState
from jobs.runs.run_store import RunStore
from jobs.store import JobStore
from tests.support.begun import begin
from tests.support.run_specs import add_row, certificate, run_spec


def test_the_same_key_again_is_the_same_job(runs: RunStore, store: JobStore) -> None:
    run_id = runs.create(run_spec()).id
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: add_row(store, run_id, "a"), range(16)))
    assert len({created.job_id for created in made}) == 1
    assert sum(not created.replayed for created in made) == 1
    assert runs.get(run_id).counts.rows == 1


def test_the_same_key_with_another_image_is_refused(runs: RunStore, store: JobStore) -> None:
    run_id = runs.create(run_spec()).id
    add_row(store, run_id, "a")
    with pytest.raises(JobConflict):
        add_row(store, run_id, "a", fingerprint="other")


def test_runs_do_not_share_keys(runs: RunStore, store: JobStore) -> None:
    first, second = (add_row(store, runs.create(run_spec()).id, "a") for _ in range(2))
    assert first.job_id != second.job_id


def test_a_cancelled_run_keeps_what_is_done(runs: RunStore, store: JobStore) -> None:
    run_id = runs.create(run_spec()).id
    done, going, queued = (add_row(store, run_id, key, 0).job_id for key in "abc")
    for job_id in (done, going):
        begin(store, job_id)
    store.succeed(done, certificate(0.5))
    for _ in range(2):
        run = runs.cancel(run_id)
        assert run.state is RunState.CANCELLED
        assert (run.counts.succeeded, run.counts.cancelled, run.counts.queued, run.counts.running) == (
            1,
            2,
            0,
            0,
        )
    assert store.get(done).certificate == certificate(0.5)
    assert {store.get(job_id).state for job_id in (going, queued)} == {JobState.CANCELLED}
    with pytest.raises(RunClosed):
        add_row(store, run_id, "d")


def test_a_run_has_a_limit_on_its_rows(runs: RunStore, store: JobStore) -> None:
    run_id = runs.create(run_spec()).id
    for key in "ab":
        add_row(store, run_id, key, most=2)
    with pytest.raises(RunFull, match="rows"):
        add_row(store, run_id, "c", most=2)
    assert add_row(store, run_id, "b", most=2).replayed
    assert runs.get(run_id).counts.rows == 2


def test_a_run_is_complete_once_all_expected_rows_have_ended(runs: RunStore, store: JobStore) -> None:
    run_id = runs.create(run_spec(expected_rows=2)).id
    jobs = [add_row(store, run_id, key).job.id for key in "ab"]
    store.cancel(jobs[0])
    assert runs.get(run_id).state is RunState.OPEN
    store.cancel(jobs[1])
    assert runs.get(run_id).state is RunState.COMPLETE
    add_row(store, run_id, "c")
    assert runs.get(run_id).state is RunState.OPEN
    runs.cancel(run_id)
    assert runs.get(run_id).state is RunState.CANCELLED


def test_runs_are_listed_for_their_owner(runs: RunStore) -> None:
    mine = [runs.create(run_spec(owner="me", name=str(i))).id for i in range(3)]
    runs.create(run_spec(owner="you"))
    page = runs.list_runs(2, owner="me")
    rest = runs.list_runs(2, page.next_cursor, owner="me")
    assert [listed.run.id for listed in (*page.runs, *rest.runs)] == mine[::-1]
    assert rest.next_cursor is None
    assert runs.list_runs(10).runs == ()


def test_limits_on_runs(runs: RunStore) -> None:
    runs.create(run_spec(owner="me"), most=2, most_owned=1)
    with pytest.raises(OwnerRunsFull):
        runs.create(run_spec(owner="me"), most=2, most_owned=1)
    runs.create(run_spec(owner="you"), most=2, most_owned=1)
    with pytest.raises(StoreFull):
        runs.create(run_spec(owner="they"), most=2, most_owned=1)


def test_runs_without_an_owner_are_bounded_all_together_alone(runs: RunStore) -> None:
    for _ in range(2):
        runs.create(run_spec(), most=2, most_owned=1)
    with pytest.raises(StoreFull):
        runs.create(run_spec(), most=2, most_owned=1)


def test_no_such_run(runs: RunStore, redis_client: Redis) -> None:
    with pytest.raises(RunNotFound):
        runs.get("A" * 22)
    assert redis_client.dbsize() == 0


def test_the_seed_of_a_row_follows_from_run_and_key_alone() -> None:
    spec = run_spec(seed=7)
    assert spec.seed_of("a") == run_spec(seed=7, name="other").seed_of("a")
    assert len({spec.seed_of("a"), spec.seed_of("b"), run_spec(seed=8).seed_of("a")}) == 3
    assert 0 <= spec.seed_of("a") < 2**63
