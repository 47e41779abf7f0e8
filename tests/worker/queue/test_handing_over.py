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


def done_until_one_was_left(stack: Stack, made: Submission) -> list[JobRecord]:
    """Do three jobs or more, until the stack's worker has left a step to another; any may take any step."""
    jobs: list[JobRecord] = []
    while len(jobs) < 30 and (len(jobs) < 3 or LEFT not in stack.worker.log_text()):
        jobs.append(stack.finished(stack.submit(made)))
    assert LEFT in stack.worker.log_text()
    return jobs


def test_a_worker_without_pytorch_leaves_torchscript_models_to_one_with_it(stack: Stack) -> None:
    made = asked(SCRIPT)
    with another_worker(stack, stack.models_dir, "with-torch.log"):
        jobs = done_until_one_was_left(stack, made)
    for job in jobs:
        assert_counted(stack, job, made)
        assert job.plan is not None
        assert "torch" in job.plan.fleet.versions


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


@pytest.fixture(scope="module")
def few_and_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, Worker]]:
    """A worker that lacks a model, and one that has it, which counts as silent after a second."""
    folder = tmp_path_factory.mktemp("models")
    few, every = models_in(folder / "few", "swiss-roll"), models_in(folder / "all", "swiss-roll", "mnist")
    with (
        running_stack(folder, few, **QUICK) as stack,
        another_worker(stack, every, "all.log", heartbeat_ttl_s=1.0) as able,
    ):
        yield stack, able


def test_a_worker_without_the_models_folder_leaves_steps_to_its_likes(
    few_and_all: tuple[Stack, Worker],
) -> None:
    """First steps and shards alike."""
    stack, _ = few_and_all
    made = asked("mnist", n=60_000)
    for job in done_until_one_was_left(stack, made):
        assert job.state is JobState.SUCCEEDED, job.failure
        assert_undisturbed(SHIPPED_MODELS, job, made.input_bytes)


def test_a_worker_that_is_silent_for_a_while_is_waited_for(few_and_all: tuple[Stack, Worker]) -> None:
    stack, able = few_and_all
    made, jobs = asked("mnist"), list[str]()
    able.signal_all(signal.SIGSTOP)
    try:
        wait_until(lambda: stack.liveness.known_workers().silent, "it to fall silent")

        def taken() -> bool:
            """Submit one more job: the server may give the first messages to the worker that is frozen."""
            jobs.append(stack.submit(made))
            return "a worker that has the model is silent" in stack.worker.log_text()

        wait_until(taken, "the other to take a step", interval=0.2)
    finally:
        able.signal_all(signal.SIGCONT)
    for job_id in jobs:
        job = stack.finished(job_id)
        assert job.state is JobState.SUCCEEDED, job.failure
        assert_undisturbed(SHIPPED_MODELS, job, made.input_bytes)


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
