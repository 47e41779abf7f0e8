"""A worker that cannot load a job's model fails no job that another live worker can do."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from jobs import keys
from jobs.job_records import JobRecord, JobState
from registry import Registry
from tests.support.crippled_runtime import SAID, write_crippling
from tests.support.other_runtime import on_path
from tests.support.places import SHIPPED_MODELS
from tests.support.queued import queued
from tests.support.reference import assert_undisturbed
from tests.support.specs import Submission, submission
from tests.support.stack import Stack, running_stack
from tests.support.wait import wait_until
from tests.support.without_pytorch import write_hiding
from tests.support.worker import Worker

SCRIPT: Final = "mnist-torchscript"
QUICK: Final = {"processes": 1, "heartbeat_ttl_s": 60, "stall_s": 3.0, "shard_s": 0.2}
LEFT: Final = "the step goes to workers with"
"""What a worker logs that leaves a step to others."""


def models_in(folder: Path, *names: str) -> Path:
    for name in names:
        shutil.copytree(SHIPPED_MODELS / name, folder / name)
    return folder


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """A server, and one worker without PyTorch."""
    models = models_in(tmp_path / "models", "mnist", SCRIPT)
    with on_path(write_hiding(tmp_path / "hiding")), running_stack(tmp_path, models, **QUICK) as running:
        yield running


@contextmanager
def another_worker(stack: Stack, models: Path, log: str, **settings: object) -> Iterator[Worker]:
    """Run a worker with PyTorch beside it. As the block ends it is killed, and its heartbeat expires."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTHONPATH", raising=False)
        worker = Worker(stack.server.url, models, stack.folder / log, **{**QUICK, **settings})
    worker.start()
    try:
        worker.wait_live(stack.liveness)
        (worker_id,) = [one.id for one in stack.liveness.live_workers() if one.pid == worker.pid]
        yield worker
    finally:
        worker.kill()
    stack.client.delete(keys.worker(worker_id))


def asked(model: str, n: int = 3000) -> Submission:
    x = np.linspace(0, 1, 784, dtype=np.float32).reshape(1, 28, 28)
    return submission(x, model=model, model_sha256=Registry(SHIPPED_MODELS).get(model).sha256, n=n)


def assert_counted(stack: Stack, job: JobRecord, made: Submission) -> None:
    assert job.state is JobState.SUCCEEDED, job.failure
    assert_undisturbed(stack.models_dir, job, made.input_bytes)


def test_a_worker_without_pytorch_leaves_torchscript_models_to_one_with_it(stack: Stack) -> None:
    made = asked(SCRIPT)
    with another_worker(stack, stack.models_dir, "with-torch.log"):
        jobs = [stack.finished(stack.submit(made)) for _ in range(6)]
    for job in jobs:
        assert_counted(stack, job, made)
        assert job.plan is not None
        assert "torch" in job.plan.fleet.versions
    assert "the step goes to workers with" in stack.worker.log_text()


def test_a_job_waits_in_its_place_for_the_workers_it_was_given_to(stack: Stack) -> None:
    """Once these are gone others begin it, and it fails with the reason."""
    with another_worker(stack, stack.models_dir, "with-torch.log") as able:
        (fleet,) = [one.fleet for one in stack.liveness.live_workers() if one.pid == able.pid]
        for child in able.children():
            os.kill(child, signal.SIGSTOP)
        stack.queue.enqueue_select("A" * 22, keys.queue(fleet.key))
        wait_until(lambda: not queued(stack.client, keys.queue(fleet.key)), "it to have its hands full")
        first = stack.submit(asked(SCRIPT))
        wait_until(lambda: stack.client.sismember(keys.given(fleet.key), first), "it to be given")
        later = stack.submit(asked(SCRIPT))
        wait_until(lambda: stack.client.scard(keys.given(fleet.key)) == 2, "both to be given")
        job = stack.store.get(later)
        assert (job.state, job.started_at, job.queue_position) == (JobState.QUEUED, None, 2)
    for job_id in (first, later):
        failed = stack.finished(job_id)
        assert failed.failure is not None
        assert failed.failure.type == "model_broken"
        assert "needs PyTorch, which this worker lacks" in failed.failure.detail
    assert not stack.client.exists(keys.given(fleet.key))


def test_a_worker_without_the_models_folder_leaves_steps_to_its_likes(tmp_path: Path) -> None:
    """First steps and shards alike, of which either worker may take any: jobs are sent until it took one."""
    without, both = (
        models_in(tmp_path / "few", "swiss-roll"),
        models_in(tmp_path / "all", "swiss-roll", "mnist"),
    )
    made = asked("mnist", n=60_000)
    with running_stack(tmp_path, without, **QUICK) as stack:
        alone = stack.finished(stack.submit(made))
        assert alone.failure is not None
        assert (alone.failure.type, alone.failure.detail) == ("model_broken", "there is no model 'mnist'")
        with another_worker(stack, both, "all.log"):
            for jobs in range(1, 31):
                job = stack.finished(stack.submit(made))
                assert job.state is JobState.SUCCEEDED, job.failure
                assert_undisturbed(both, job, made.input_bytes)
                if jobs >= 3 and LEFT in stack.worker.log_text():
                    break
        assert LEFT in stack.worker.log_text()


def test_a_machine_that_is_out_of_order_fails_no_job(tmp_path: Path) -> None:
    """They are alike in all that they say of themselves."""
    models, made = models_in(tmp_path / "models", "mnist"), asked("mnist")
    broken = on_path(write_crippling(tmp_path / "crippling"))
    with broken, running_stack(tmp_path, models, **QUICK) as stack:
        with another_worker(stack, models, "sound.log"):
            assert len(stack.liveness.fleets()) == 1
            for _ in range(6):
                assert_counted(stack, stack.finished(stack.submit(made)), made)
        failed = stack.finished(stack.submit(made))
        assert failed.failure is not None
        assert failed.failure.type == "model_broken"
        assert SAID in failed.failure.detail
