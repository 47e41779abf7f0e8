"""A worker that could not serve a job refuses to start and says what to do."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.support.other_runtime import on_path
from tests.support.places import SHIPPED_MODELS
from worker.cores import usable_cores
from worker.worker_settings import WorkerSettings


def start(repository: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {f"CERTIFY_{name.upper()}": value for name, value in settings.items()}
    return subprocess.run(
        [sys.executable, "-m", "worker"],
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def test_without_models_it_does_not_start(repository: Path, tmp_path: Path) -> None:
    ended = start(repository, models_dir=str(tmp_path / "absent"))
    assert ended.returncode == 2
    assert "CERTIFY_MODELS_DIR" in ended.stderr


def test_a_senseless_setting_is_named(repository: Path) -> None:
    ended = start(repository, threads="0")
    assert ended.returncode == 2
    assert "CERTIFY_THREADS: " in ended.stderr


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_gpu_that_is_not_there_is_not_replaced_by_the_cpu(repository: Path, models_dir: Path) -> None:
    ended = start(repository, models_dir=str(models_dir), device="cuda")
    assert ended.returncode == 2
    said = "the worker cannot start: CERTIFY_DEVICE is cuda, but ONNX Runtime cannot compute a small model on"
    cause = " is a build for CPUs" if torch.version.cuda is None else " sees no GPU"
    remedy = "; mend that, or set CERTIFY_DEVICE=cpu\n"
    assert re.search(f"{said} it: asked for cuda, but PyTorch.*{cause}: .*{remedy}", ended.stderr)


def test_a_runtime_that_cannot_compute_here_is_noticed_at_the_start(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The package states its version, so that it seems to be there; its library is not."""
    package = tmp_path / "onnxruntime"
    package.mkdir()
    (package / "__init__.py").write_text('raise OSError("libmissing.so: cannot open shared object file")\n')
    (package / "version.py").write_text('version = "1.0"\n')
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")  # loops are compiled meanwhile, which takes seconds
    with on_path(tmp_path):
        ended = start(repository, models_dir=str(SHIPPED_MODELS))
    assert ended.returncode == 2
    assert "CERTIFY_DEVICE is cpu, but ONNX Runtime cannot compute a small model on it (" in ended.stderr
    assert "libmissing.so" in ended.stderr
    assert "pip install" in ended.stderr


def test_processes_follow_the_machine_unless_they_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    cores = usable_cores()
    assert WorkerSettings().concurrency == cores
    assert WorkerSettings(threads=4).concurrency == max(1, cores // 4)
    assert WorkerSettings(threads=16).concurrency == max(1, cores // 16)
    assert WorkerSettings(device="cuda").concurrency == 1
    assert WorkerSettings(processes=3, device="cuda").concurrency == 3
