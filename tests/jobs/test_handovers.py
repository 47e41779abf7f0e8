"""A first step that was given to a fleet stays with it while the fleet lives, and is anyone's afterwards."""

from __future__ import annotations

import time

import pytest
from redis import Redis

from jobs import keys
from jobs.celery_app import SELECT
from jobs.handovers import Handovers
from jobs.job_records import Failure, JobState
from jobs.leases import Leases, Step
from jobs.ledger import Ledger
from jobs.shared_settings import JobsSettings
from jobs.step_queue import Queue
from jobs.store import JobStore
from jobs.watchdog import Watchdog
from tests.support.begun import begin
from tests.support.fleets import here
from tests.support.plans import plan_of
from tests.support.queued import drain, queued
from tests.support.specs import submission

FLEET = here().key
STALL_S = 60.0


@pytest.fixture
def handovers(redis_client: Redis, queue: Queue) -> Handovers:
    return Handovers(redis_client, queue)


@pytest.fixture
def job_id(store: JobStore) -> str:
    """A job that was begun, without a plan; another one waits behind it."""
    made = submission(n=300)
    job_id, _ = [store.create(made.spec, made.input_bytes).job_id for _ in range(2)]
    begin(store, job_id)
    return job_id


def test_it_is_queued_again_in_its_old_place(
    handovers: Handovers, store: JobStore, redis_client: Redis, job_id: str
) -> None:
    handovers.give(job_id, FLEET)
    job = store.get(job_id)
    assert (job.state, job.started_at, job.queue_position) == (JobState.QUEUED, None, 1)
    assert queued(redis_client, keys.queue(FLEET)) == [(SELECT, [job_id])]


def test_the_watchdog_leaves_it_to_them_while_its_message_waits(
    handovers: Handovers,
    redis_client: Redis,
    jobs_settings: JobsSettings,
    store: JobStore,
    queue: Queue,
    job_id: str,
) -> None:
    handovers.give(job_id, FLEET)
    redis_client.hset(keys.CONSUMED, keys.COMMON_QUEUE, time.time())
    redis_client.zadd(keys.ACTIVE, {job_id: time.time() - 2 * STALL_S})
    watchdog = Watchdog(redis_client, jobs_settings.model_copy(update={"stall_s": STALL_S}), store, queue)
    assert watchdog.sweep() == ()
    drain(redis_client)
    redis_client.delete(keys.SWEEP_LOCK)
    assert watchdog.sweep() == (job_id,)


def test_others_take_back_what_they_have_not_begun(
    handovers: Handovers, redis_client: Redis, store: JobStore, job_id: str
) -> None:
    handovers.give(job_id, FLEET)
    handovers.take_back(FLEET)
    assert queued(redis_client) == [(SELECT, [job_id])]
    assert not redis_client.exists(keys.given(FLEET))
    handovers.take_back(FLEET)
    assert len(queued(redis_client)) == 1
    assert store.get(job_id).state is JobState.QUEUED


def test_a_step_that_a_process_works_on_is_left_to_it(
    handovers: Handovers, redis_client: Redis, store: JobStore, job_id: str
) -> None:
    handovers.give(job_id, FLEET)
    leases = Leases(redis_client, "one", 60)
    lease = leases.acquire(Step(job_id, "select"))
    assert lease is not None
    handovers.take_back(FLEET)
    assert store.get(job_id).state is JobState.RUNNING
    leases.release(lease, forget=True)
    handovers.take_back(FLEET)
    assert queued(redis_client) == [(SELECT, [job_id])]


@pytest.mark.parametrize("ended", [True, False])
def test_a_job_that_goes_on_is_given_to_nobody(
    handovers: Handovers, redis_client: Redis, store: JobStore, job_id: str, ended: bool
) -> None:
    handovers.give(job_id, FLEET)
    begin(store, job_id)
    if ended:
        store.fail(job_id, Failure(type="internal", detail="as a test wants it"))
    else:
        Ledger(redis_client).fix_plan(job_id, plan_of(shards=3))
    assert not redis_client.exists(keys.given(FLEET))
    before = len(queued(redis_client, keys.queue(FLEET)))
    handovers.give(job_id, FLEET)
    assert len(queued(redis_client, keys.queue(FLEET))) == before
