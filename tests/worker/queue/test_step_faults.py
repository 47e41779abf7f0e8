"""Whatever is killed, frozen or cut off, an accepted job ends with the counts of an undisturbed run.

Processes killed at exact moments, and everything that takes minutes: `tests/chaos`.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.job_errors import StoreUnavailable
from tests.support.lease_holders import leases_of, sampled_jobs
from tests.support.queued import drain
from tests.support.reference import assert_undisturbed, half_space
from tests.support.stack import Stack, running_stack

IMPATIENT = {
    "visibility_timeout_s": 3,
    "lease_s": 2.0,
    "stall_s": 3.0,
    "heartbeat_ttl_s": 2.0,
    "shard_s": 0.5,
    "max_attempts": 50,
}
"""A fault is noticed in seconds. On a slow machine leases expire without one, which must fail no job."""


@pytest.fixture(scope="module")
def shaken(tmp_path_factory: pytest.TempPathFactory, half_spaces: Path) -> Iterator[Stack]:
    """A server and a worker of this module's own."""
    with running_stack(tmp_path_factory.mktemp("shaken"), half_spaces, processes=2, **IMPATIENT) as stack:
        yield stack


def test_every_message_lost(shaken: Stack, half_spaces: Path) -> None:
    made = half_space(half_spaces, slow=True, n=20_000)
    jobs = sampled_jobs(shaken, made, 3)
    drain(shaken.client)
    for job_id in jobs:
        assert_undisturbed(half_spaces, shaken.finished(job_id), made.input_bytes)


def test_a_server_killed_and_started_again(shaken: Stack, half_spaces: Path) -> None:
    made = half_space(half_spaces, slow=True, n=20_000)
    jobs = sampled_jobs(shaken, made, 3)
    shaken.server.kill()
    with pytest.raises(StoreUnavailable):
        shaken.store.get(jobs[0])
    shaken.server.start()
    for job_id in jobs:
        assert_undisturbed(half_spaces, shaken.finished(job_id), made.input_bytes)


def test_a_worker_killed_whole(shaken: Stack, half_spaces: Path) -> None:
    """Its messages come back after the visibility timeout, to whichever worker lives."""
    made = half_space(half_spaces, slow=True, n=20_000)
    (job_id,) = sampled_jobs(shaken, made)
    shaken.worker.kill()
    shaken.worker.start()
    shaken.worker.wait_live(shaken.liveness)
    assert_undisturbed(half_spaces, shaken.finished(job_id), made.input_bytes)


def test_a_worker_frozen_beyond_the_visibility_timeout(shaken: Stack, half_spaces: Path) -> None:
    """Another worker takes its shards over; what it stores when it wakes changes nothing."""
    made = half_space(half_spaces, slow=True, n=20_000)
    (job_id,) = sampled_jobs(shaken, made)
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
    (job_id,) = sampled_jobs(shaken, made)
    assert shaken.worker.stop() == 0
    assert leases_of(shaken.client, job_id) == {}
    assert not shaken.client.hgetall(f"certify:job:{job_id}:attempts")
    assert shaken.liveness.live_workers() == ()
    shaken.worker.start()
    assert_undisturbed(half_spaces, shaken.finished(job_id), made.input_bytes)
