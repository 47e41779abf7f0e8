"""The steps that all runtimes share: normalise inputs, check scores, and turn scores into votes."""

from __future__ import annotations

import math

import torch

from registry import ModelManifest
from worker.runtimes.argmax import argmax
from worker.runtimes.runtime_errors import ModelOutputError, RuntimeLoadError


class Normaliser:
    """``(scale * input - mean) / std`` by a model's manifest, after the noise; the identity without one."""

    def __init__(self, manifest: ModelManifest, device: torch.device) -> None:
        self._terms: tuple[torch.Tensor, torch.Tensor] | None = None
        norm = manifest.normalisation
        if norm is not None:
            axis = manifest.input.channel_axis
            shape = [-1 if place == axis else 1 for place in range(len(manifest.input.shape))]
            mean = torch.tensor(norm.mean, dtype=torch.float32, device=device).reshape(shape)
            std = torch.tensor(norm.std, dtype=torch.float32, device=device).reshape(shape)
            self._terms = mean, std
            self._scale = norm.scale
        self._scratch = torch.empty(0, dtype=torch.float32, device=device)

    def __call__(self, batch: torch.Tensor) -> torch.Tensor:
        """Return the normalised batch, valid until the next call; the batch itself is not changed."""
        if self._terms is None:
            return batch
        mean, std = self._terms
        place = self.place(batch)
        scaled = batch if self._scale == 1.0 else torch.mul(batch, self._scale, out=place)
        return torch.sub(scaled, mean, out=place).div_(std)

    def place(self, batch: torch.Tensor) -> torch.Tensor:
        """Return where calls for this batch leave what they return; the same for batches of one shape."""
        if self._terms is None:
            return batch
        if self._scratch.shape != batch.shape:
            self._scratch = torch.empty_like(batch)
        return self._scratch


def votes_of(scores: torch.Tensor) -> torch.Tensor:
    """Return the index of each row's largest score, the lowest one if scores tie; int64, shape (rows,).

    ``scores``: floats of shape (rows, classes).
    Raises ModelOutputError if a score is NaN.
    """
    if scores.device.type == "cpu" and scores.dtype == torch.float32:
        votes = torch.empty(len(scores), dtype=torch.int64)
        numbers = argmax(scores.contiguous().numpy(), votes.numpy())
    else:
        best, votes = scores.max(dim=1)
        numbers = not torch.isnan(best).any()
    if not numbers:
        raise not_numbers()
    return votes


def not_numbers() -> ModelOutputError:
    """Return the error to raise if a score is NaN."""
    return ModelOutputError(
        "the model gave NaN scores; check its weights and its normalisation at this noise level",
    )


def trial_batch(manifest: ModelManifest, rows: int) -> torch.Tensor:
    """Return inputs in the middle of the model's scale, float32 of shape (rows, *input shape)."""
    middle = math.fsum((manifest.input.low, manifest.input.high)) / 2
    return torch.full((rows, *manifest.input.shape), middle, dtype=torch.float32)


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
