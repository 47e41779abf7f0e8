"""Whatever is killed, frozen or cut off, an accepted job ends with the counts of an undisturbed run.

Processes killed at exact moments, and everything that takes minutes: `tests/chaos`.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from jobs.job_errors import StoreUnavailable
from jobs.job_records import JobState
from tests.support.lease_holders import leases_of
from tests.support.queued import drain
from tests.support.reference import assert_undisturbed, half_space
from tests.support.specs import submission
from tests.support.stack import Stack, running_stack
from tests.support.wait import wait_until

IMPATIENT = {
    "visibility_timeout_s": 3,
    "lease_s": 2.0,
    "stall_s": 3.0,
    "heartbeat_ttl_s": 2.0,
    "shard_s": 0.5,
    "step_limit_s": 5.0,
    "max_attempts": 2,
}
"""Settings under which a fault is noticed in seconds."""


@pytest.fixture(scope="module")
def shaken(tmp_path_factory: pytest.TempPathFactory, half_spaces: Path) -> Iterator[Stack]:
    """A server and a worker of this module's own."""
    with running_stack(tmp_path_factory.mktemp("shaken"), half_spaces, processes=2, **IMPATIENT) as stack:
        yield stack


def sampling(stack: Stack, job_id: str) -> int:
    """Wait until a shard of the job is being sampled and return the process that does it."""

    def process() -> int | None:
        shards = {step: pid for step, pid in leases_of(stack.client, job_id).items() if step != "select"}
        return next(iter(shards.values()), None)

    pid = wait_until(process, "a shard to be sampled")
    assert pid is not None
    return pid


def again_and_again(kill: Callable[[], object], over: Callable[[], bool]) -> None:
    """Kill until it is over."""

    def once() -> bool:
        with suppress(ProcessLookupError):
            kill()
        return over()

    wait_until(once, "the job to end", timeout=60)


def test_a_step_that_keeps_killing_its_process_fails_its_job(shaken: Stack, half_spaces: Path) -> None:
    job_id = shaken.submit(half_space(half_spaces, slow=True, n=10_000_000))

    def kill() -> None:
        for pid in leases_of(shaken.client, job_id).values():
            os.kill(pid, signal.SIGKILL)

    again_and_again(kill, lambda: shaken.store.get(job_id).state.is_final)
    job = shaken.store.get(job_id)
    assert job.failure is not None
    assert (job.state, job.failure.type) == (JobState.FAILED, "worker_crashed")
    assert re.search(r"select|sample:\d+ ended its worker process [23] times", job.failure.detail)
    after = shaken.finished(shaken.submit(half_space(half_spaces, n=1_000)))
    assert after.state is JobState.SUCCEEDED


def test_a_model_that_never_answers_fails_its_job(shaken: Stack, half_spaces: Path) -> None:
    manifest = (half_spaces / "hangs" / "model.toml").read_text()
    digest = manifest.split('sha256 = "')[1][:64]
    job = shaken.finished(shaken.submit(submission(model="hangs", model_sha256=digest)))
    assert job.failure is not None
    assert job.failure.type == "worker_crashed"


def test_every_message_lost(shaken: Stack, half_spaces: Path) -> None:
    made = half_space(half_spaces, slow=True, n=20_000)
    jobs = [shaken.submit(made) for _ in range(3)]
    sampling(shaken, jobs[0])
    drain(shaken.client)
    for job_id in jobs:
        assert_undisturbed(half_spaces, shaken.finished(job_id), made.input_bytes)


def test_a_server_killed_and_started_again(shaken: Stack, half_spaces: Path) -> None:
    made = half_space(half_spaces, slow=True, n=20_000)
    jobs = [shaken.submit(made) for _ in range(3)]
    sampling(shaken, jobs[0])
    shaken.server.kill()
    with pytest.raises(StoreUnavailable):
        shaken.store.get(jobs[0])
    shaken.server.start()
    for job_id in jobs:
        assert_undisturbed(half_spaces, shaken.finished(job_id), made.input_bytes)


def test_a_worker_killed_whole(shaken: Stack, half_spaces: Path) -> None:
    """Its messages come back after the visibility timeout, to whichever worker lives."""
    made = half_space(half_spaces, slow=True, n=20_000)
    job_id = shaken.submit(made)
    sampling(shaken, job_id)
    shaken.worker.kill()
    shaken.worker.start()
    shaken.worker.wait_live(shaken.liveness)
    assert_undisturbed(half_spaces, shaken.finished(job_id), made.input_bytes)


def test_a_worker_frozen_beyond_the_visibility_timeout(shaken: Stack, half_spaces: Path) -> None:
    """Another worker takes its shards over; what it stores when it wakes changes nothing."""
    made = half_space(half_spaces, slow=True, n=20_000)
    job_id = shaken.submit(made)
    sampling(shaken, job_id)
    shaken.worker.signal_all(signal.SIGSTOP)
    other = shaken.extra_worker(processes=1, **IMPATIENT)
    try:
        assert_undisturbed(half_spaces, shaken.finished(job_id), made.input_bytes)
        shaken.worker.signal_all(signal.SIGCONT)
        later = shaken.finished(shaken.submit(made))
        assert_undisturbed(half_spaces, later, made.input_bytes)
        assert shaken.store.get(job_id).certificate == later.certificate
    finally:
        other.kill()


def test_a_worker_asked_to_end_finishes_its_shards_first(shaken: Stack, half_spaces: Path) -> None:
    made = half_space(half_spaces, slow=True, n=20_000)
    job_id = shaken.submit(made)
    sampling(shaken, job_id)
    assert shaken.worker.stop() == 0
    assert leases_of(shaken.client, job_id) == {}
    assert not shaken.client.hgetall(f"certify:job:{job_id}:attempts")
    assert shaken.liveness.live_workers() == ()
    shaken.worker.start()
    assert_undisturbed(half_spaces, shaken.finished(job_id), made.input_bytes)
