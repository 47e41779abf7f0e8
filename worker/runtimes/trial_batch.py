"""The first batch that every runtime tries a model with, and what its scores must be."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from registry import ModelManifest
from worker.array_memory import HostMemory
from worker.runtimes.runtime_errors import RuntimeLoadError


def trial_batch(manifest: ModelManifest, rows: int) -> NDArray[np.float32]:
    """Return inputs in the middle of the model's scale, float32 of shape (rows, *input shape)."""
    middle = math.fsum((manifest.input.low, manifest.input.high)) / 2
    batch = HostMemory().empty((rows, *manifest.input.shape))
    batch.fill(middle)
    return batch


def check_scores(manifest: ModelManifest, shape: tuple[int, ...], rows: int, *, floating: bool) -> None:
    """Raise RuntimeLoadError unless a trial's scores are floats of shape ``(rows, number of labels)``."""
    expected = (rows, len(manifest.labels))
    if shape != expected:
        raise RuntimeLoadError(
            f"model {manifest.name!r}: {rows} inputs gave scores of shape {shape}, expected {expected}: "
            "one row an input, one score a label; check labels and the model's output",
        )
    if not floating:
        raise RuntimeLoadError(f"model {manifest.name!r}: scores must be floating-point numbers")
