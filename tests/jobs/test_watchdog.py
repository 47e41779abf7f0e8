"""The watchdog: lost messages are sent again, and nothing else is."""

from __future__ import annotations

import time
from typing import cast

import pytest
from redis import Redis

from certificates.counts.evidence import Evidence, HitCounts
from jobs import keys
from jobs.celery_app import CERTIFY, SAMPLE, SELECT
from jobs.job_records import RECORD_VERSION
from jobs.leases import Leases, Step
from jobs.ledger import Ledger
from jobs.shared_settings import JobsSettings
from jobs.step_queue import Queue
from jobs.store import JobStore
from jobs.watchdog import BATCH, Watchdog
from tests.support.begun import begin, dispatch, name_what_nobody_knows
from tests.support.fleets import here
from tests.support.plans import plan_of
from tests.support.queued import drain, queued
from tests.support.specs import submission

STALL_S = 60.0
HERE = keys.queue(here().key)


@pytest.fixture
def watchdog(redis_client: Redis, jobs_settings: JobsSettings, store: JobStore, queue: Queue) -> Watchdog:
    return Watchdog(redis_client, jobs_settings.model_copy(update={"stall_s": STALL_S}), store, queue)


@pytest.fixture
def job_id(store: JobStore) -> str:
    made = submission(n=300)
    return store.create(made.spec, made.input_bytes).job_id


def silent(client: Redis, job_id: str) -> None:
    """Make the job's last sign of life an old one, and allow a sweep now."""
    client.zadd(keys.ACTIVE, {job_id: time.time() - 2 * STALL_S})
    client.delete(keys.SWEEP_LOCK)


def with_plan(store: JobStore, client: Redis, job_id: str, stored: tuple[int, ...]) -> None:
    """Bring the job to three shards dispatched and some of them stored."""
    ledger = Ledger(client)
    begin(store, job_id)
    plan = ledger.fix_plan(job_id, plan_of(shards=3))
    assert dispatch(store, ledger, job_id, 3) == (0, 1, 2)
    for shard in stored:
        ledger.store_shard(job_id, plan, shard, Evidence(hits=HitCounts(100, 0, (40, 60))))


def test_a_lost_selection_is_sent_again(watchdog: Watchdog, redis_client: Redis, job_id: str) -> None:
    silent(redis_client, job_id)
    assert watchdog.sweep() == (job_id,)
    assert queued(redis_client) == [(SELECT, [job_id])]


def test_missing_shards_are_sent_again(
    watchdog: Watchdog, redis_client: Redis, store: JobStore, job_id: str
) -> None:
    with_plan(store, redis_client, job_id, stored=(1,))
    silent(redis_client, job_id)
    watchdog.sweep()
    assert queued(redis_client, HERE) == [(SAMPLE, [job_id, 0]), (SAMPLE, [job_id, 2])]


def test_a_lost_last_step_is_sent_again(
    watchdog: Watchdog, redis_client: Redis, store: JobStore, job_id: str
) -> None:
    with_plan(store, redis_client, job_id, stored=(2, 0, 1))
    silent(redis_client, job_id)
    watchdog.sweep()
    assert queued(redis_client, HERE) == [(CERTIFY, [job_id])]


def test_a_plan_without_dispatched_shards_is_taken_up(
    watchdog: Watchdog, redis_client: Redis, store: JobStore, job_id: str
) -> None:
    begin(store, job_id)
    Ledger(redis_client).fix_plan(job_id, plan_of(shards=3))
    silent(redis_client, job_id)
    watchdog.sweep()
    assert queued(redis_client, HERE) == [(CERTIFY, [job_id])]


def test_a_job_with_recent_signs_of_life_is_left_alone(
    watchdog: Watchdog, redis_client: Redis, job_id: str
) -> None:
    assert watchdog.sweep() == ()
    assert queued(redis_client) == []
    assert redis_client.zscore(keys.ACTIVE, job_id) is not None


def test_a_held_lease_is_a_sign_of_life(watchdog: Watchdog, redis_client: Redis, job_id: str) -> None:
    leases = Leases(redis_client, "one", 60)
    lease = leases.acquire(Step(job_id, "select"))
    assert lease is not None
    silent(redis_client, job_id)
    leases.renew(lease)
    assert watchdog.sweep() == ()


def test_a_job_that_waits_on_a_long_queue_is_left_alone(
    watchdog: Watchdog, redis_client: Redis, queue: Queue, job_id: str
) -> None:
    queue.enqueue_select(job_id)
    redis_client.hset(keys.CONSUMED, keys.COMMON_QUEUE, time.time() - 3 * STALL_S)
    silent(redis_client, job_id)
    assert watchdog.sweep() == ()
    assert queued(redis_client) == [(SELECT, [job_id])]


def test_a_job_that_the_queue_has_passed_is_driven_on(
    watchdog: Watchdog, redis_client: Redis, queue: Queue, job_id: str
) -> None:
    queue.enqueue_select("A" * 22)
    redis_client.hset(keys.CONSUMED, keys.COMMON_QUEUE, time.time())
    silent(redis_client, job_id)
    assert watchdog.sweep() == (job_id,)


def test_each_queue_is_looked_at_for_itself(
    watchdog: Watchdog, redis_client: Redis, store: JobStore, queue: Queue, job_id: str
) -> None:
    """Jobs that wait on one queue do not hide that another one lost its messages."""
    with_plan(store, redis_client, job_id, stored=())
    made = submission()
    waiting = [store.create(made.spec, made.input_bytes).job_id for _ in range(BATCH + 1)]
    for other in waiting:
        queue.enqueue_select(other)
        redis_client.zadd(keys.ACTIVE, {other: 1.0})
    redis_client.hset(keys.CONSUMED, HERE, time.time())
    silent(redis_client, job_id)
    assert watchdog.sweep() == (job_id,)
    assert len(queued(redis_client, HERE)) == 3
    redis_client.hset(
        keys.CONSUMED, mapping={HERE: time.time() - 3 * STALL_S, keys.COMMON_QUEUE: time.time()}
    )
    silent(redis_client, job_id)
    assert set(watchdog.sweep()) < set(waiting)


def test_driving_on_counts_as_a_sign_of_life(watchdog: Watchdog, redis_client: Redis, job_id: str) -> None:
    silent(redis_client, job_id)
    watchdog.sweep()
    drain(redis_client)
    redis_client.delete(keys.SWEEP_LOCK)
    assert watchdog.sweep() == ()


def test_one_sweeps_at_a_time(watchdog: Watchdog, redis_client: Redis, job_id: str) -> None:
    silent(redis_client, job_id)
    redis_client.set(keys.SWEEP_LOCK, "another")
    assert watchdog.sweep() == ()


def test_signs_of_life_from_before_a_clock_was_set_back_are_none(
    watchdog: Watchdog, redis_client: Redis, job_id: str
) -> None:
    redis_client.delete(keys.SWEEP_LOCK)
    redis_client.zadd(keys.ACTIVE, {job_id: time.time() + 3600})
    assert watchdog.sweep() == (job_id,)
    assert cast("float", redis_client.zscore(keys.ACTIVE, job_id)) <= time.time()


def test_a_turn_is_never_longer_than_it_may_be(watchdog: Watchdog, redis_client: Redis) -> None:
    redis_client.set(keys.SWEEP_LOCK, "1", px=3_600_000)
    assert watchdog.sweep() == ()
    assert 0 < redis_client.pttl(keys.SWEEP_LOCK) <= STALL_S * 1000 / 3


def test_unreadable_jobs_do_not_stop_the_sweep_however_many(
    watchdog: Watchdog, redis_client: Redis, store: JobStore, job_id: str
) -> None:
    made = submission()
    others = [store.create(made.spec, made.input_bytes).job_id for _ in range(BATCH)]
    silent(redis_client, job_id)
    for other in others:
        redis_client.hset(keys.job(other), "version", str(RECORD_VERSION + 1))
        redis_client.zadd(keys.ACTIVE, {other: 1.0})
    assert watchdog.sweep() == ()
    redis_client.delete(keys.SWEEP_LOCK)
    assert watchdog.sweep() == (job_id,)


def test_a_job_that_this_worker_cannot_read_is_sent_to_others_and_does_not_stop_the_sweep(
    watchdog: Watchdog, redis_client: Redis, store: JobStore, job_id: str
) -> None:
    made = submission()
    other = store.create(made.spec, made.input_bytes).job_id
    name_what_nobody_knows(redis_client, other)
    silent(redis_client, job_id)
    redis_client.zadd(keys.ACTIVE, {other: 1.0})
    assert watchdog.sweep() == (other, job_id)
    assert queued(redis_client) == [(SELECT, [other]), (SELECT, [job_id])]


def test_expired_jobs_leave_the_index(
    redis_client: Redis, jobs_settings: JobsSettings, store: JobStore, queue: Queue, job_id: str
) -> None:
    settings = jobs_settings.model_copy(update={"result_ttl_s": 10.0})
    redis_client.zadd(keys.INDEX, {"expired": time.time() - 20})
    Watchdog(redis_client, settings, store, queue).sweep()
    assert redis_client.zrange(keys.INDEX, 0, -1) == [job_id.encode()]
