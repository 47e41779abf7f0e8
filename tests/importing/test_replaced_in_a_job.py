"""A job whose model is replaced while it runs fails and says so; the next one runs with the new model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from importing import ImportOptions
from importing.model_import import import_model
from jobs.job_records import JobState
from registry import ModelManifest
from tests.support.onnx_styles import SHAPE, net, softmax
from tests.support.specs import Submission, submission
from tests.support.stack import Stack, running_stack
from tests.support.wait import wait_until


def job(manifest: ModelManifest, n: int) -> Submission:
    image = np.full(SHAPE, 0.5, np.float32)
    return submission(image, model=manifest.name, model_sha256=manifest.sha256, n=n, sigma=0.25)


def bring(stack: Stack, model: onnx.ModelProto, *, replacing: bool = False) -> ModelManifest:
    file = stack.folder / "net.onnx"
    onnx.save_model(model, file)
    return import_model(file, ImportOptions(), stack.models_dir, replacing=replacing).manifest


@pytest.mark.own_server
def test_replaced(tmp_path: Path) -> None:
    models, folder = tmp_path / "models", tmp_path / "stack"
    models.mkdir()
    folder.mkdir()
    with running_stack(folder, models, processes=1) as stack:
        running = stack.submit(job(bring(stack, net()), 100_000_000))
        wait_until(lambda: stack.store.get(running).progress.samples_done > 0, "some progress")
        new = bring(stack, softmax(), replacing=True)
        ended = stack.finished(running)
        assert ended.failure is not None
        assert (ended.state, ended.failure.type) == (JobState.FAILED, "model_changed")
        assert new.sha256 in ended.failure.detail
        assert stack.finished(stack.submit(job(new, 1_000))).state is JobState.SUCCEEDED
