"""TorchScript models that throw, change, or lose the worker that samples them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.job_records import Failure, JobState
from registry import Registry
from tests.support.lease_holders import sampled_jobs
from tests.support.reference import assert_undisturbed, half_space
from tests.support.specs import submission
from tests.support.stack import Stack, running_stack
from tests.support.wait import wait_until


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[Stack]:
    """One worker that notices within seconds what a killed one has left."""
    folder, settings = tmp_path_factory.mktemp("scripts"), {"visibility_timeout_s": 3, "stall_s": 3.0}
    with running_stack(folder, models_dir, processes=1, shard_s=0.2, lease_s=2, **settings) as stack:
        yield stack


def failure_of(stack: Stack, model: str) -> Failure:
    digest = Registry(stack.models_dir).get(model).sha256
    job = stack.finished(stack.submit(submission(model=model, model_sha256=digest, n=20_000)))
    assert (job.state, job.certificate) == (JobState.FAILED, None)
    assert job.failure is not None
    return job.failure


def test_one_that_throws_fails_its_job_with_its_own_words(scripts: Stack) -> None:
    failure = failure_of(scripts, "raises")
    assert failure.type == "model_broken"
    assert "this model never works" in failure.detail


def test_one_that_changes_between_calls_is_found_before_the_end_of_its_job(scripts: Stack) -> None:
    failure = failure_of(scripts, "drifts")
    assert failure.type == "classifier_not_deterministic"
    assert "the batch given at load, given again as the job was counted" in failure.detail


def test_a_worker_killed_while_it_samples_one_leaves_the_counts_as_they_are(scripts: Stack) -> None:
    made = half_space(scripts.models_dir, slow=True, n=20_000)

    def killed_in_time() -> str | None:
        """Return a job that was running as its worker was killed."""
        (job_id,) = sampled_jobs(scripts, made)
        scripts.worker.kill()
        running = scripts.store.get(job_id).state is JobState.RUNNING
        scripts.worker.start()
        return job_id if running else None

    job_id = wait_until(killed_in_time, "a job to lose its worker")
    assert job_id is not None
    assert_undisturbed(scripts.models_dir, scripts.finished(job_id), made.input_bytes)
