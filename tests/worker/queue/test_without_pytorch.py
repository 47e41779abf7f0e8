"""A worker without PyTorch counts the same as one with it, and says what a TorchScript model needs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import numpy as np
import pytest

from certificates import CERTIFIERS, FIRST_ORDER, Certifier
from registry import Registry
from tests.support.other_runtime import on_path
from tests.support.places import SHIPPED_MODELS
from tests.support.reference import assert_undisturbed
from tests.support.specs import Submission, submission
from tests.support.stack import Stack, running_stack
from tests.support.without_pytorch import write_hiding

SCRIPT = "mnist-torchscript"
SAID = (
    f"model {SCRIPT!r}: a TorchScript file needs PyTorch, which this worker lacks: pip install "
    "'certification-service[worker]' (an image: --build-arg EXTRA=worker)"
)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("without")
    models = folder / "models"
    for name in ("mnist", SCRIPT):
        shutil.copytree(SHIPPED_MODELS / name, models / name)
    with on_path(write_hiding(folder / "hiding")), running_stack(folder, models, processes=1) as running:
        yield running


def asked(stack: Stack, model: str, certifier: Certifier) -> Submission:
    x = np.linspace(0, 1, 784, dtype=np.float32).reshape(1, 28, 28)
    sha256 = Registry(stack.models_dir).get(model).sha256
    return submission(x, model=model, model_sha256=sha256, certifier=certifier, n=3000)


@pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
def test_it_counts_what_a_worker_with_pytorch_counts(stack: Stack, certifier: Certifier) -> None:
    made = asked(stack, "mnist", certifier)
    job = stack.finished(stack.submit(made))
    assert_undisturbed(stack.models_dir, job, made.input_bytes)
    assert job.plan is not None
    assert set(job.plan.fleet.versions) == {"onnxruntime"}


def test_it_says_at_once_what_a_torchscript_model_needs(stack: Stack) -> None:
    (worker,) = stack.liveness.live_workers()
    assert worker.problems == {SCRIPT: SAID}
    assert worker.broken == {Registry(stack.models_dir).get(SCRIPT).fingerprint: SAID}
    assert SAID in stack.worker.log_text()


def test_a_job_that_asks_for_one_fails_with_the_same_words(stack: Stack) -> None:
    job = stack.finished(stack.submit(asked(stack, SCRIPT, FIRST_ORDER)))
    assert job.failure is not None
    assert (job.failure.type, job.failure.detail) == ("model_broken", SAID)
