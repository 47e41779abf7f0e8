"""A step that keeps ending its process, or never ends, fails its job; the worker goes on with others."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from jobs.job_records import JobRecord, JobState
from registry import Registry
from tests.support.lease_holders import leases_of
from tests.support.reference import half_space
from tests.support.specs import submission
from tests.support.stack import Stack, running_stack
from tests.support.wait import wait_until


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory, half_spaces: Path) -> Iterator[Stack]:
    """A worker that begins a step twice at most, and ends it after a second or two."""
    folder, settings = tmp_path_factory.mktemp("strict"), {"visibility_timeout_s": 3, "stall_s": 3.0}
    settings |= {"step_limit_s": 1.5, "max_attempts": 2}
    with running_stack(folder, half_spaces, processes=1, **settings) as stack:
        yield stack


def assert_it_goes_on(stack: Stack) -> None:
    """Check that small jobs end, of which one or the other may take too long on a slow machine."""

    def ends() -> bool:
        job_id = stack.submit(half_space(stack.models_dir, n=1_000))
        return stack.finished(job_id).state is JobState.SUCCEEDED

    wait_until(ends, "a job to be done")


def failed(job: JobRecord) -> str:
    """Return why a job failed, which must be the end of its process."""
    assert job.failure is not None
    assert (job.state, job.failure.type) == (JobState.FAILED, "worker_crashed")
    return job.failure.detail


def test_a_step_that_keeps_killing_its_process_fails_its_job(strict: Stack, half_spaces: Path) -> None:
    job_id = strict.submit(half_space(half_spaces, slow=True, n=10_000_000))

    def killed() -> bool:
        for pid in leases_of(strict.client, job_id).values():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return strict.store.get(job_id).state.is_final

    wait_until(killed, "the job to end")
    words = failed(strict.store.get(job_id))
    assert re.search(r"(select|sample:\d+) ended its worker process [23] times", words)
    assert_it_goes_on(strict)


def test_a_model_that_never_answers_fails_its_job(strict: Stack, half_spaces: Path) -> None:
    digest = Registry(half_spaces).get("hangs").sha256
    job = strict.finished(strict.submit(submission(model="hangs", model_sha256=digest)))
    assert "select ended its worker process 2 times" in failed(job)
    assert_it_goes_on(strict)
