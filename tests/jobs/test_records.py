"""Records of another version, and messages for steps that a job does not have, change nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from redis import Redis

from jobs import keys
from jobs.job_errors import UnreadableRecord, UnsupportedRecord
from jobs.job_records import RECORD_VERSION, JobState
from jobs.store import JobStore
from tests.support.begun import name_what_nobody_knows
from tests.support.fleets import here
from tests.support.reference import assert_undisturbed, half_space
from tests.support.specs import submission
from tests.support.stack import Stack
from tests.support.wait import wait_until


def all_taken(stack: Stack) -> bool:
    """Whether no step waits on the queue and none is being worked on."""
    waiting = (keys.messages(keys.COMMON_QUEUE), keys.messages(keys.queue(here().key)))
    return not stack.client.exists(*waiting, f"{keys.BROKER_PREFIX}unacked")


@pytest.mark.parametrize("version", ["1", str(RECORD_VERSION - 1), str(RECORD_VERSION + 1), "", "1.0", "one"])
def test_a_record_of_another_version_is_refused_with_what_to_do(
    redis_client: Redis, store: JobStore, version: str
) -> None:
    made = submission()
    job_id = store.create(made.spec, made.input_bytes).job_id
    redis_client.hset(keys.job(job_id), "version", version)
    with pytest.raises(
        UnsupportedRecord, match=f"{job_id} is stored in version {version}, .* let the job exp"
    ):
        store.get(job_id)


def test_a_record_that_names_what_this_program_does_not_know_is_refused_with_what_to_do(
    redis_client: Redis, store: JobStore
) -> None:
    made = submission()
    job_id = store.create(made.spec, made.input_bytes).job_id
    name_what_nobody_knows(redis_client, job_id)
    with pytest.raises(UnreadableRecord, match=rf"{job_id} cannot be read .*JobSpec certifier: .*extensions"):
        store.get(job_id)


def test_a_job_that_no_worker_can_read_fails_at_the_last_attempt(stack: Stack, models_dir: Path) -> None:
    made = half_space(models_dir, n=2_000)
    job_id = stack.store.create(made.spec, made.input_bytes).job_id
    spec = name_what_nobody_knows(stack.client, job_id)

    def begun(attempts: int) -> bool:
        return all_taken(stack) and stack.client.hget(keys.attempts(job_id), "select") == b"%d" % attempts

    stack.queue.enqueue_select(job_id)
    wait_until(lambda: begun(1), "one attempt")
    stack.client.delete(keys.lease(job_id, "select"))
    stack.client.hset(keys.attempts(job_id), "select", stack.settings.max_attempts - 1)
    stack.queue.enqueue_select(job_id)
    wait_until(lambda: stack.client.hget(keys.job(job_id), "status") == b"failed", "the job to fail")
    stack.client.hset(keys.job(job_id), "spec", spec)
    failure = stack.store.get(job_id).failure
    assert failure is not None
    assert failure.type == "unreadable_record"
    assert "certifier" in failure.detail


def test_a_worker_leaves_a_record_of_another_version_as_it_is(stack: Stack, models_dir: Path) -> None:
    made = half_space(models_dir, n=2_000)
    job_id = stack.store.create(made.spec, made.input_bytes).job_id
    stack.client.hset(keys.job(job_id), "version", str(RECORD_VERSION + 1))
    before = stack.client.hgetall(keys.job(job_id))
    stack.queue.enqueue_select(job_id)
    stack.queue.enqueue_sample(job_id, 0, here().key)
    stack.queue.enqueue_certify(job_id, here().key)
    refusal = f"job {job_id} is stored in version {RECORD_VERSION + 1}"

    def refused() -> bool:
        return all_taken(stack) and refusal in stack.worker.log_text()

    wait_until(refused, "all three refusals")
    assert stack.client.hgetall(keys.job(job_id)) == before
    assert not stack.client.exists(keys.attempts(job_id))
    stack.client.hset(keys.job(job_id), "version", str(RECORD_VERSION))
    stack.queue.enqueue_select(job_id)
    assert_undisturbed(models_dir, stack.finished(job_id), made.input_bytes)


def test_a_step_that_its_job_has_not_is_no_attempt_and_takes_no_lease(stack: Stack, models_dir: Path) -> None:
    made = half_space(models_dir, n=2_000)
    job_id = stack.store.create(made.spec, made.input_bytes).job_id
    before = stack.client.hgetall(keys.job(job_id))
    for step in ("sample:0", "certify"):
        stack.client.set(keys.lease(job_id, step), "another/1", px=60_000)  # who wants it, is told so
    stack.queue.enqueue_sample(job_id, 0, here().key)
    stack.queue.enqueue_certify(job_id, here().key)

    def dropped() -> bool:
        lines = stack.worker.log_text().splitlines()
        return all_taken(stack) and any(
            job_id in line and "a stale message is dropped" in line for line in lines
        )

    wait_until(dropped, "both to be dropped")
    assert stack.client.hgetall(keys.job(job_id)) == before
    assert not stack.client.exists(keys.attempts(job_id))
    stack.queue.enqueue_select(job_id)
    job = stack.finished(job_id)
    assert job.state is JobState.SUCCEEDED
    assert_undisturbed(models_dir, job, made.input_bytes)
