"""The steps that runtimes on a GPU share: normalise inputs, and turn scores into votes."""

from __future__ import annotations

import torch

from registry import ModelManifest
from worker.runtimes.scores import normalisation_terms, not_numbers


class GpuNormaliser:
    """``(scale * input - mean) / std`` by a model's manifest, after the noise; the identity without one."""

    def __init__(self, manifest: ModelManifest) -> None:
        self._terms: tuple[float, torch.Tensor, torch.Tensor] | None = None
        if (terms := normalisation_terms(manifest)) is not None:
            scale, mean, std = terms
            self._terms = float(scale), torch.tensor(mean, device="cuda"), torch.tensor(std, device="cuda")
        self._scratch = torch.empty(0, device="cuda")

    def __call__(self, batch: torch.Tensor) -> torch.Tensor:
        """Return the normalised batch, valid until the next call; the batch itself is not changed."""
        if self._terms is None:
            return batch
        scale, mean, std = self._terms
        place = self.place(batch)
        scaled = batch if scale == 1.0 else torch.mul(batch, scale, out=place)
        return torch.sub(scaled, mean, out=place).div_(std)

    def place(self, batch: torch.Tensor) -> torch.Tensor:
        """Return where calls for this batch leave what they return; the same for batches of one shape."""
        if self._terms is None:
            return batch
        if self._scratch.shape != batch.shape:
            self._scratch = torch.empty_like(batch)
        return self._scratch


def no_gpu() -> str | None:
    """Say why PyTorch cannot use a GPU here, and what to do; None if it can use one."""
    if torch.cuda.is_available():
        return None
    if torch.version.cuda is None:
        return f"PyTorch {torch.__version__} is a build for CPUs: install the extra gpu (an image: EXTRA=gpu)"
    return (
        f"PyTorch sees no GPU: it needs one of NVIDIA's, and a driver for CUDA {torch.version.cuda}; "
        "a container must be given one (docker run --gpus all)"
    )


def gpu_votes_of(scores: torch.Tensor) -> torch.Tensor:
    """Return the index of each row's largest score, the lowest one if scores tie; int64, shape (rows,).

    ``scores``: floats of shape (rows, classes). Raises ModelOutputError if a score is NaN.
    """
    best, votes = scores.max(dim=1)
    if torch.isnan(best).any():
        raise not_numbers()
    return votes
