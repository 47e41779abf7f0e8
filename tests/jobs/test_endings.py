"""When a job ends, its lease, the counts of a job in one piece and the running radius end with it."""

from __future__ import annotations

import pytest
from redis import Redis

from jobs import keys
from jobs.census import take_census
from jobs.job_errors import StepLeftOver
from jobs.job_records import JobState, RunningCertificate
from jobs.leases import Leases, Step
from jobs.ledger import Ledger
from jobs.store import Counted, JobStore
from tests.support.begun import begin
from tests.support.plans import plan_of
from tests.support.specs import submission

CERTIFICATE: dict[str, object] = {"radius": 0.25}
COUNTED = Counted(plan_of(shards=1), began_at=1.0, samples=100, seconds=0.5)


@pytest.fixture
def job_id(store: JobStore) -> str:
    """A job that a worker has begun and that has no plan."""
    made = submission(n=100)
    job_id = store.create(made.spec, made.input_bytes).job_id
    begin(store, job_id)
    return job_id


def test_a_job_in_one_piece_has_its_plan_and_counts_only_once_it_has_ended(
    redis_client: Redis, store: JobStore, job_id: str
) -> None:
    assert store.succeed(job_id, CERTIFICATE, counted=COUNTED)
    job = store.get(job_id)
    assert (job.state, job.plan, job.certificate) == (JobState.SUCCEEDED, COUNTED.plan, CERTIFICATE)
    assert job.progress.samples_done == 100
    assert job.progress.samples_per_second is not None
    census = take_census(redis_client)
    assert (census.samples, census.shards_within["+Inf"], census.shard_seconds) == (100, 1, 0.5)
    assert not store.succeed(job_id, CERTIFICATE, counted=COUNTED)
    assert take_census(redis_client).samples == 100


def test_who_took_it_for_one_piece_gives_way_to_a_plan(
    redis_client: Redis, store: JobStore, job_id: str
) -> None:
    plan = Ledger(redis_client).fix_plan(job_id, plan_of(shards=3))
    with pytest.raises(StepLeftOver, match="planned"):
        store.succeed(job_id, CERTIFICATE, counted=COUNTED)
    job = store.get(job_id)
    assert (job.state, job.plan, job.certificate) == (JobState.RUNNING, plan, None)
    assert take_census(redis_client).samples == 0


def test_the_best_radius_on_the_way_stays(redis_client: Redis, store: JobStore, job_id: str) -> None:
    redis_client.hset(keys.job(job_id), mapping={"running_radius": "0.2", "running_samples": "50"})
    store.succeed(job_id, CERTIFICATE, RunningCertificate(radius=0.1, samples=100))
    assert store.get(job_id).running == RunningCertificate(radius=0.2, samples=50)


def test_a_larger_radius_at_the_end_is_told(redis_client: Redis, store: JobStore, job_id: str) -> None:
    redis_client.hset(keys.job(job_id), mapping={"running_radius": "0.2", "running_samples": "50"})
    store.succeed(job_id, CERTIFICATE, RunningCertificate(radius=0.25, samples=100))
    assert store.get(job_id).running == RunningCertificate(radius=0.25, samples=100)


def test_nothing_is_left_of_a_job_but_its_record(redis_client: Redis, store: JobStore, job_id: str) -> None:
    lease = Leases(redis_client, "one", 60).acquire(Step(job_id, "select"), with_input=True)
    assert lease is not None
    assert lease.content == submission(n=100).input_bytes
    with lease:
        lease.gone = store.succeed(job_id, CERTIFICATE, lease=lease.key)
    assert list(redis_client.scan_iter(f"*{job_id}*")) == [keys.job(job_id).encode()]
