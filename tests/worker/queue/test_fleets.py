"""Workers with two versions of a runtime: each finishes what it began; only what none can finish fails."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from jobs import keys
from jobs.celery_app import CERTIFY
from jobs.job_records import JobRecord, JobState
from jobs.ledger import Ledger
from tests.support.begun import begin
from tests.support.fleets import ELSEWHERE
from tests.support.other_runtime import OTHER, on_path, write_other_onnxruntime
from tests.support.plans import plan_of
from tests.support.queued import drain, queued
from tests.support.reference import assert_undisturbed, half_space
from tests.support.stack import Stack, running_stack
from tests.support.wait import wait_until
from tests.support.worker import Worker

ORPHAN_S: Final = 4.0
JOBS: Final = 12
QUICK: Final[dict[str, Any]] = {
    "processes": 1,
    "visibility_timeout_s": 2,
    "lease_s": 2.0,
    "stall_s": 1.5,
    "shard_s": 0.02,
}


@pytest.fixture(scope="module")
def other_runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_other_onnxruntime(tmp_path_factory.mktemp("other"))


@contextmanager
def other_worker(
    stack: Stack, other_runtime: Path, *, begin_jobs: bool = True, **settings: Any
) -> Iterator[Worker]:
    """Run a worker with another version of ONNX Runtime beside that of the stack."""
    with on_path(other_runtime):
        worker = stack.extra_worker(begin_jobs=begin_jobs, **settings)
    try:
        worker.wait_live(stack.liveness)
        if begin_jobs:  # it loads runtimes with its first
            wait_until(lambda: takes_jobs(stack), "a job done by it")
        yield worker
    finally:
        worker.kill()


def takes_jobs(stack: Stack) -> bool:
    """Submit a small job, and tell whether the other worker has done it."""
    job = stack.finished(stack.submit(half_space(stack.models_dir, slow=True, n=256)))
    return version_of(job) == OTHER


def version_of(job: JobRecord) -> str | None:
    """Return the version of ONNX Runtime that a job was begun with, None if it is not begun."""
    return None if job.plan is None else job.plan.fleet.versions["onnxruntime"]


def begun_by(stack: Stack, jobs: list[str], version: str | None = None) -> list[JobRecord]:
    """Return the jobs that have a plan and have not ended; with ``version``, those of workers with it."""
    found = [stack.store.get(job_id) for job_id in jobs]
    return [
        job
        for job in found
        if job.plan is not None and not job.state.is_final and version in {None, version_of(job)}
    ]


def count_ended(stack: Stack, jobs: list[str]) -> int:
    return sum(stack.store.get(job_id).state.is_final for job_id in jobs)


def test_one_of_two_runtimes_leaves_among_twelve_jobs(
    tmp_path: Path, half_spaces: Path, other_runtime: Path
) -> None:
    made = half_space(half_spaces, slow=True, n=5_000)
    settings = {**QUICK, "orphan_s": ORPHAN_S}
    with running_stack(tmp_path, half_spaces, **settings) as stack:
        with other_worker(stack, other_runtime, **settings) as leaver:
            jobs = [stack.submit(made) for _ in range(JOBS)]
            wait_until(
                lambda: count_ended(stack, jobs) >= 3 and len(begun_by(stack, jobs, OTHER)) >= 2,
                "both to be at work",
            )
            left = time.time()
            assert leaver.stop() == 0
        ended = [stack.finished(job_id) for job_id in jobs]
        failed = [job for job in ended if job.state is JobState.FAILED]
        assert failed
        for job in failed:
            assert job.failure is not None
            assert job.finished_at is not None
            assert job.plan is not None
            assert version_of(job) == OTHER
            assert job.failure.type == "no_matching_worker"
            assert f"onnxruntime {OTHER}" in job.failure.detail
            assert "alive for 4 s" in job.failure.detail
            assert "submit the job again" in job.failure.detail
            assert job.finished_at >= left + ORPHAN_S
        succeeded = [job for job in ended if job.state is JobState.SUCCEEDED]
        assert len(succeeded) + len(failed) == JOBS
        for job in succeeded:
            assert_undisturbed(half_spaces, job, made.input_bytes)
        assert failed[0].plan is not None
        gone = failed[0].plan.fleet.key
        queue = keys.queue(gone)
        wait_until(lambda: not stack.client.hexists(keys.FLEETS, gone), "it to be forgotten")
        assert not stack.client.exists(keys.messages(queue), keys.fleet_jobs(gone))


def test_a_runtime_that_comes_back_in_time_finishes_what_it_began_and_no_more(
    tmp_path: Path, half_spaces: Path, other_runtime: Path
) -> None:
    made = half_space(half_spaces, slow=True, n=5_000)
    with running_stack(tmp_path, half_spaces, **QUICK) as stack:
        with other_worker(stack, other_runtime, **QUICK) as leaver:
            jobs = [stack.submit(made) for _ in range(6)]
            wait_until(lambda: len(begun_by(stack, jobs, OTHER)) >= 2, "it to begin")
            leaver.kill()
        wait_until(
            lambda: (
                len(begun_by(stack, jobs))
                == len(begun_by(stack, jobs, OTHER))
                == 6 - count_ended(stack, jobs)
            ),
            "the others to do theirs",
        )
        assert begun_by(stack, jobs)
        with other_worker(stack, other_runtime, begin_jobs=False, **QUICK):
            ended = [stack.finished(job_id) for job_id in jobs]
            later = [stack.finished(stack.submit(made)) for _ in range(4)]
    for job in ended:
        assert_undisturbed(half_spaces, job, made.input_bytes)
    assert {version_of(job) == OTHER for job in ended} == {True, False}
    assert not [job for job in later if version_of(job) in {None, OTHER}]


def test_a_first_step_of_a_job_that_another_runtime_has_planned_is_passed_on(
    stack: Stack, models_dir: Path
) -> None:
    """As when its worker died between the plan and its first shards."""
    made = half_space(models_dir, n=2_000)
    job_id = stack.store.create(made.spec, made.input_bytes).job_id
    begin(stack.store, job_id)
    Ledger(stack.client).fix_plan(job_id, plan_of().model_copy(update={"fleet": ELSEWHERE}))
    stack.queue.enqueue_select(job_id)
    steps = wait_until(lambda: queued(stack.client, keys.queue(ELSEWHERE.key)), "the step")
    assert steps == [(CERTIFY, [job_id])]
    assert stack.store.get(job_id).state is JobState.RUNNING
    stack.store.cancel(job_id)
    drain(stack.client)
