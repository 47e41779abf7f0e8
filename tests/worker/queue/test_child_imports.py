"""A child of the worker imports what its models need before its first task; its main process never does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.compiled_once import FOLDER
from tests.support.places import ROOT, SHIPPED_MODELS

PACKAGES = {"torch", "onnxruntime"}
MAIN = """
import sys
from tests.support.compiled_once import compile_once
compile_once()
import worker.queue.celery_worker as main
from worker.queue.warm_up import warm_up
from worker.worker_settings import WorkerSettings
warm_up()
settings = WorkerSettings()
runtimes = main.runtimes_needed(settings)
"""
CHILD = "main._prepare_child(settings, runtimes)"
JOB = """
import numpy as np
from certificates import CERTIFIERS, NOISE_LAWS
from registry import Registry
from worker.loading import ModelCache
from tests.support.specs import submission
registry = Registry(settings.models_dir)
manifest = registry.get("mnist")
x = np.full(manifest.input.shape, np.float32(100 / 255))
spec = submission(x, model="mnist", model_sha256=manifest.sha256).spec
loaded = ModelCache(registry, "cpu", 1).for_spec(spec)
from worker.sampling.sampler import SampleRequest, sample, select_class
for law in NOISE_LAWS:
    assert select_class(loaded.runtime, x, 0.25, 100, 1, 1024, law).hits
    for certifier in CERTIFIERS:
        request = SampleRequest(certifier, 1, 0.25, 1, 0, 1024, 1024, law)
        sample(loaded.runtime, x, request, lambda _: None)
    loaded.reference.check(x, 0.25, 1, law, range(1))
"""


def imported(models: Path, *parts: str) -> list[set[str]]:
    """Return which of the packages a process has imported after each part of a program."""
    program = "\n".join(f"{part}\nprint(*{PACKAGES} & sys.modules.keys())" for part in parts)
    told = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"CERTIFY_MODELS_DIR": str(models), FOLDER: os.environ[FOLDER]},
        capture_output=True,
        text=True,
        timeout=200,
        check=True,
    )
    return [set(line.split()) for line in told.stdout.splitlines()]


@pytest.fixture
def onnx_alone(tmp_path: Path) -> Path:
    """A models directory without a TorchScript model."""
    shutil.copytree(SHIPPED_MODELS / "mnist", tmp_path / "mnist")
    return tmp_path


def test_what_computes_is_imported_in_children_alone() -> None:
    assert imported(SHIPPED_MODELS, MAIN, CHILD) == [set(), PACKAGES]


def test_jobs_of_onnx_models_on_the_cpu_never_import_pytorch(onnx_alone: Path) -> None:
    """Every certifier and law of noise, from the models directory to the checks of a job."""
    assert imported(onnx_alone, MAIN, CHILD, JOB) == [set(), {"onnxruntime"}, {"onnxruntime"}]
