"""Leases: one process a step, takeover from the dead, and attempts that count only crashes."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress

import pytest
from redis import Redis

from jobs import keys
from jobs.job_errors import JobEnded, StoreUnavailable, TooManyAttempts
from jobs.leases import Lease, Leases, Step
from jobs.store import JobStore
from tests.support.server import Server
from tests.support.specs import submission
from tests.support.wait import wait_until


@pytest.fixture
def job_id(store: JobStore) -> str:
    made = submission()
    return store.create(made.spec, made.input_bytes).job_id


def taken(leases: Leases, job_id: str) -> Lease:
    lease = leases.acquire(Step(job_id, "select"))
    assert lease is not None
    return lease


def test_a_step_in_good_hands_is_left_there(redis_client: Redis, job_id: str) -> None:
    holder, rival = (Leases(redis_client, name, 60) for name in ("one", "two"))
    assert holder.renewal_s == 15
    holder.renewal_s = 0.02
    with taken(holder, job_id) as lease:
        for _ in range(3):
            redis_client.pexpire(lease.key, 30_000)
            wait_until(lambda: redis_client.pttl(lease.key) > 30_000, "a renewal")
        assert rival.acquire(Step(job_id, "select")) is None
        assert rival.acquire(Step(job_id, "certify")) is not None
    assert taken(rival, job_id).attempt == 1


def test_a_silent_holder_loses_the_step(redis_client: Redis, job_id: str) -> None:
    assert taken(Leases(redis_client, "one", 0.2), job_id).attempt == 1
    rival = Leases(redis_client, "two", 0.2)
    lease = wait_until(lambda: rival.acquire(Step(job_id, "select")), "the lease to expire")
    assert lease is not None
    assert lease.attempt == 2


def test_a_lease_is_never_longer_than_it_may_be(redis_client: Redis, job_id: str) -> None:
    """A lease that is longer was made before the server's clock was set back."""
    redis_client.set(keys.lease(job_id, "select"), "two/1", px=3_600_000)
    rival = Leases(redis_client, "one", 0.2)
    assert rival.acquire(Step(job_id, "select")) is None
    wait_until(lambda: rival.acquire(Step(job_id, "select")), "the lease to expire")


def test_a_dead_sibling_loses_the_step_at_once(redis_client: Redis, job_id: str) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as sibling:
        sibling.wait()
    redis_client.set(keys.lease(job_id, "select"), f"one/{sibling.pid}")
    assert taken(Leases(redis_client, "one", 60), job_id).attempt == 1


def test_a_living_sibling_keeps_the_step(redis_client: Redis, job_id: str) -> None:
    redis_client.set(keys.lease(job_id, "select"), f"one/{os.getppid()}")
    assert Leases(redis_client, "one", 60).acquire(Step(job_id, "select")) is None


def test_only_attempts_without_an_orderly_end_count(redis_client: Redis, job_id: str) -> None:
    leases = Leases(redis_client, "one", 60)

    def attempt(outcome: Exception | None) -> int:
        lease = taken(leases, job_id)
        with suppress(ZeroDivisionError, StoreUnavailable), lease:
            if outcome is not None:
                raise outcome
        return lease.attempt

    outcomes = (ZeroDivisionError(), ZeroDivisionError(), StoreUnavailable("away"), None, None)
    assert [attempt(outcome) for outcome in outcomes] == [1, 2, 3, 1, 1]


@pytest.mark.own_server
def test_a_store_that_was_away_as_a_step_ended_does_not_count_against_it(
    redis_client: Redis, server: Server, job_id: str
) -> None:
    leases = Leases(redis_client, "one", 60)
    with suppress(StoreUnavailable), taken(leases, job_id):
        server.kill()
        raise StoreUnavailable("away")
    server.start()
    assert redis_client.hget(keys.attempts(job_id), "select") == b"1"
    assert leases.acquire(Step(job_id, "certify")) is not None
    assert redis_client.hgetall(keys.attempts(job_id)) == {b"certify": b"1"}
    assert taken(leases, job_id).attempt == 1


def test_an_ended_job_gives_no_lease_and_keeps_no_attempts(
    redis_client: Redis, store: JobStore, job_id: str
) -> None:
    store.cancel(job_id)
    with pytest.raises(JobEnded):
        Leases(redis_client, "one", 60).acquire(Step(job_id, "select"))
    assert not redis_client.exists(keys.attempts(job_id))


def test_a_lost_lease_is_not_given_back(redis_client: Redis, job_id: str) -> None:
    with taken(Leases(redis_client, "one", 60), job_id):
        redis_client.set(keys.lease(job_id, "select"), "two/1")
    assert redis_client.get(keys.lease(job_id, "select")) == b"two/1"


def test_a_step_taken_without_an_answer_is_taken_again_without_a_further_attempt(
    redis_client: Redis, job_id: str
) -> None:
    nobody_was_told = Leases(redis_client, "one", 60, max_attempts=1)
    assert nobody_was_told.acquire(Step(job_id, "select")) is not None
    leases = Leases(redis_client, "one", 60, max_attempts=1)
    assert taken(leases, job_id).attempt == 1
    with pytest.raises(TooManyAttempts):
        leases.acquire(Step(job_id, "select"))


def test_a_step_is_begun_no_more_often_than_it_may_be(redis_client: Redis, job_id: str) -> None:
    leases = Leases(redis_client, "one", 60, max_attempts=2)
    for _ in range(2):
        with suppress(ZeroDivisionError), taken(leases, job_id):
            raise ZeroDivisionError
    with pytest.raises(TooManyAttempts, match="select ended its worker process 2 times"):
        leases.acquire(Step(job_id, "select"))
    assert not redis_client.exists(keys.lease(job_id, "select"))
