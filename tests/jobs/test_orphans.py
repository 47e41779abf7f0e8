"""Jobs of a fleet without workers wait for a stated time, which counts only while somebody looks."""

from __future__ import annotations

import time

import pytest
from redis import Redis

from jobs import keys
from jobs.handovers import Handovers
from jobs.job_records import JobState, RunningCertificate
from jobs.ledger import Ledger
from jobs.liveness import Liveness, WorkerRecord
from jobs.orphans import Orphans
from jobs.plan import Fleet
from jobs.shared_settings import JobsSettings
from jobs.step_queue import Queue
from jobs.store import JobStore
from tests.support.begun import begin
from tests.support.fleets import ELSEWHERE, here
from tests.support.plans import plan_of
from tests.support.specs import submission

ORPHAN_S = 300.0
STALL_S = 15.0


@pytest.fixture
def orphans(redis_client: Redis, jobs_settings: JobsSettings, store: JobStore, queue: Queue) -> Orphans:
    settings = jobs_settings.model_copy(update={"orphan_s": ORPHAN_S, "stall_s": STALL_S})
    return Orphans(redis_client, settings, store, Handovers(redis_client, queue))


@pytest.fixture
def job_id(store: JobStore, redis_client: Redis, liveness: Liveness) -> str:
    """A job begun by a fleet whose worker has left; a worker of another fleet lives."""
    beat(liveness, ELSEWHERE)
    beat(liveness, here())
    made = submission(n=300)
    job_id = store.create(made.spec, made.input_bytes).job_id
    begin(store, job_id)
    Ledger(redis_client).fix_plan(job_id, plan_of(shards=3).model_copy(update={"fleet": ELSEWHERE}))
    liveness.leave(ELSEWHERE.machine)
    return job_id


def beat(liveness: Liveness, fleet: Fleet) -> None:
    record = WorkerRecord(
        id=fleet.machine, host="h", pid=1, processes=1, fleet=fleet, started_at=1.0, seen_at=1.0
    )
    liveness.beat(record)


def watch(orphans: Orphans, begin: float, seconds: float) -> float:
    """Sweep every five seconds, and return the time of the last sweep."""
    for step in range(round(seconds / 5) + 1):
        orphans.sweep(begin + 5 * step)
    return begin + 5 * round(seconds / 5)


def test_a_job_fails_after_the_stated_time_and_not_before(
    orphans: Orphans, store: JobStore, job_id: str
) -> None:
    now = watch(orphans, time.time(), ORPHAN_S - 5)
    assert store.get(job_id).state is JobState.RUNNING
    watch(orphans, now, 10)
    job = store.get(job_id)
    assert job.state is JobState.FAILED
    assert job.failure is not None
    assert job.failure.type == "no_matching_worker"
    assert job.failure.detail == (
        "the job was begun with onnxruntime 1 and torch 2 (cpu, some), and no worker with these has been "
        "alive for 300 s; one job needs one fixed classifier, so no other worker can go on with it: submit "
        "the job again"
    )


def test_what_it_had_certified_is_said(
    orphans: Orphans, store: JobStore, redis_client: Redis, job_id: str
) -> None:
    redis_client.hset(keys.job(job_id), mapping={"running_radius": "0.25", "running_samples": "100"})
    assert store.get(job_id).running == RunningCertificate(radius=0.25, samples=100)
    watch(orphans, time.time(), ORPHAN_S + 5)
    failure = store.get(job_id).failure
    assert failure is not None
    assert failure.detail.endswith("again. It had certified radius 0.25 with 100 samples")


def test_a_worker_that_comes_back_saves_it_and_the_time_begins_anew(
    orphans: Orphans, store: JobStore, liveness: Liveness, job_id: str
) -> None:
    now = watch(orphans, time.time(), ORPHAN_S - 5)
    beat(liveness, ELSEWHERE)
    now = watch(orphans, now, 2 * ORPHAN_S)
    assert store.get(job_id).state is JobState.RUNNING
    liveness.leave(ELSEWHERE.machine)
    watch(orphans, now, ORPHAN_S - 5)
    assert store.get(job_id).state is JobState.RUNNING


def test_time_in_which_nobody_looks_does_not_count(orphans: Orphans, store: JobStore, job_id: str) -> None:
    """As after a night with all workers off, or the server away."""
    now = watch(orphans, time.time(), 200)
    now = watch(orphans, now + 10_000, ORPHAN_S - 5)
    assert store.get(job_id).state is JobState.RUNNING
    watch(orphans, now, 10)
    assert store.get(job_id).state is JobState.FAILED


def test_a_job_whose_step_is_still_in_hand_is_waited_for(
    orphans: Orphans, store: JobStore, redis_client: Redis, job_id: str
) -> None:
    begin = time.time()
    redis_client.zadd(
        keys.ACTIVE, {job_id: begin + ORPHAN_S}
    )  # a leaver renews its lease until its shard ends
    now = watch(orphans, begin, 2 * ORPHAN_S - 5)
    assert store.get(job_id).state is JobState.RUNNING
    watch(orphans, now, 10)
    assert store.get(job_id).state is JobState.FAILED


def test_jobs_of_a_living_fleet_and_jobs_not_begun_are_left_alone(
    orphans: Orphans, store: JobStore, redis_client: Redis, job_id: str
) -> None:
    made = submission(n=300)
    queued, own = (store.create(made.spec, made.input_bytes).job_id for _ in range(2))
    begin(store, own)
    Ledger(redis_client).fix_plan(own, plan_of(shards=3))
    watch(orphans, time.time(), ORPHAN_S + 5)
    states = [store.get(name).state for name in (job_id, queued, own)]
    assert states == [JobState.FAILED, JobState.QUEUED, JobState.RUNNING]


def test_nothing_is_left_of_a_fleet_once_its_jobs_have_ended(
    orphans: Orphans, store: JobStore, redis_client: Redis, queue: Queue, liveness: Liveness, job_id: str
) -> None:
    for shard in range(3):
        queue.enqueue_sample(job_id, shard, ELSEWHERE.key)
    watch(orphans, time.time(), ORPHAN_S + 5)
    assert store.get(job_id).state is JobState.FAILED
    assert not [key for key in redis_client.scan_iter() if ELSEWHERE.key.encode() in key]
    for table in (keys.FLEETS, keys.DESERTED, keys.CONSUMED):
        assert all(ELSEWHERE.key.encode() not in field for field in redis_client.hkeys(table))
    assert [strength.fleet for strength in liveness.fleets()] == [here()]


def test_the_strength_of_each_fleet_is_told(liveness: Liveness, job_id: str) -> None:
    del job_id
    told = {(one.fleet, one.workers, one.processes, one.jobs) for one in liveness.fleets()}
    assert told == {(here(), 1, 1, 0), (ELSEWHERE, 0, 0, 1)}
