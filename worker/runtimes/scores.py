"""The steps that runtimes on the CPU share: normalise inputs, and turn scores into votes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from registry import ModelManifest
from worker.array_memory import HostMemory
from worker.runtimes.argmax import argmax
from worker.runtimes.runtime_errors import ModelOutputError

Floats = NDArray[np.float32]


class Normaliser:
    """``(scale * input - mean) / std`` by a model's manifest, after the noise; the identity without one."""

    def __init__(self, manifest: ModelManifest) -> None:
        self._terms = normalisation_terms(manifest)
        self._scratch: Floats = np.empty(0, np.float32)

    def __call__(self, batch: Floats) -> Floats:
        """Return the normalised batch, valid until the next call; the batch itself is not changed."""
        if self._terms is None:
            return batch
        scale, mean, std = self._terms
        place = self.place(batch)
        scaled = batch if scale == 1.0 else np.multiply(batch, scale, out=place)
        np.subtract(scaled, mean, out=place)
        np.divide(place, std, out=place)
        return place

    def place(self, batch: Floats) -> Floats:
        """Return where calls for this batch leave what they return; the same for batches of one shape."""
        if self._terms is None:
            return batch
        if self._scratch.shape != batch.shape:
            self._scratch = HostMemory().empty(batch.shape)
        return self._scratch


def normalisation_terms(manifest: ModelManifest) -> tuple[np.float32, Floats, Floats] | None:
    """Return scale, mean and standard deviation by a manifest, the latter two to be broadcast to inputs.

    Where the channels are the last axis, they are repeated along the axis before it: NumPy computes long runs
    of elements fast, and short ones slowly.
    """
    norm = manifest.normalisation
    if norm is None:
        return None
    sizes, axis = manifest.input.shape, manifest.input.channel_axis
    mean, std = (
        np.array(term, np.float32).reshape([-1 if place == axis else 1 for place in range(len(sizes))])
        for term in (norm.mean, norm.std)
    )
    if axis == len(sizes) - 1:
        run = (1,) * (len(sizes) - 2) + sizes[-2:]
        mean, std = (np.ascontiguousarray(np.broadcast_to(term, run)) for term in (mean, std))
    return np.float32(norm.scale), mean, std


def votes_of(scores: NDArray[Any]) -> NDArray[np.int64]:
    """Return the index of each row's largest score, the lowest one if scores tie; int64, shape (rows,).

    ``scores``: floats of shape (rows, classes).
    Raises ModelOutputError if a score is NaN.
    """
    if scores.dtype == np.float32:
        votes = np.empty(len(scores), np.int64)
        numbers = argmax(np.ascontiguousarray(scores), votes)
    else:
        votes, numbers = scores.argmax(axis=1), not np.isnan(scores).any()
    if not numbers:
        raise not_numbers()
    return votes


def not_numbers() -> ModelOutputError:
    """Return the error to raise if a score is NaN."""
    return ModelOutputError(
        "the model gave NaN scores; check its weights and its normalisation at this noise level",
    )
