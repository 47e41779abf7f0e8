"""Trying a model as a worker does: at load, and in a job around a grey picture."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from certificates import Noise
from jobs.job_errors import PermanentFailure
from registry.manifest import ModelManifest, load_manifest
from scripts.export import Value
from tests.support.model_folders import write_folder
from worker.fixed_function.reference import Reference
from worker.fixed_function.trial_times import turns_of
from worker.runtimes.runtime_loading import load_runtime

LABELS: dict[str, Value] = {"labels": ["no", "yes", "other"]}


def script(
    root: Path,
    module: torch.nn.Module,
    rows: int,
    table: dict[str, Value] | None = None,
    **fields: Value,
) -> ModelManifest:
    """Write a TorchScript model that is scripted but not frozen, so that it keeps its state."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # PyTorch advises torch.export; the service supports TorchScript files all the same.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.save(torch.jit.script(module.eval()), buffer)
    options: dict[str, Value] = {**LABELS, "runtime": "torchscript", "batch_size": rows, **fields}
    return load_manifest(write_folder(root, "toy", buffer.getvalue(), fields=options, input_table=table))


def onnx_file(root: Path, content: bytes, rows: int) -> ModelManifest:
    """Write an ONNX model."""
    return load_manifest(write_folder(root, "toy", content, fields={**LABELS, "batch_size": rows}))


def tried(manifest: ModelManifest, n: int = 1_000) -> Reference:
    """Load and try a model, and check it in a job. Raises PermanentFailure."""
    rows = manifest.batch_size
    assert rows is not None
    reference = Reference(manifest, load_runtime(manifest, "cpu", 1), rows)
    x = np.full(manifest.input.shape, 0.5, np.float32)
    reference.check(x, 0.05, 1, Noise.GAUSSIAN, turns_of(n, rows))
    return reference


def refusal(manifest: ModelManifest) -> PermanentFailure:
    """Return why a model is refused, at load or in a job."""
    with pytest.raises(PermanentFailure) as caught:
        tried(manifest)
    return caught.value
