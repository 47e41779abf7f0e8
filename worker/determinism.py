"""Whether a base classifier is one function: equal inputs must give equal votes, from load to a job's end.

A certificate is about one fixed classifier. One that draws random numbers, keeps a state or computes in no
fixed order is not one, and no counts of its votes certify anything. The checks show such a classifier up;
they do not prove that there is none, as rows whose scores are far apart hide small differences.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from jobs.errors import PermanentFailure
from models import ModelManifest
from models.grid import PixelGrid
from worker.runtimes.base import Runtime
from worker.sources import noise_source

CHECK: Final = 2
"""Stream of the noise of the check at a job's end. It never counts in the estimates."""
FAILURE: Final = "classifier_not_deterministic"


class Reference:
    """One batch of inputs from all over a model's scale, and the votes that the model gave on it at load."""

    def __init__(self, manifest: ModelManifest, runtime: Runtime, rows: int) -> None:
        """Take the votes, twice. Raises PermanentFailure if they differ, ModelOutputError as ``votes``."""
        self._runtime = runtime
        self._model = manifest.name
        scale = manifest.input
        numbers = np.random.Generator(np.random.SFC64(rows)).random((rows, *scale.shape), dtype=np.float32)
        self._inputs = torch.from_numpy(scale.low + (scale.high - scale.low) * numbers).to(
            device=runtime.device, dtype=torch.float32
        )
        self._votes = runtime.votes(self._inputs)
        self._require_same(self._inputs, self._votes, "at load, one batch given twice")

    def check(self, x: NDArray[np.float32], sigma: float, seed: int, grid: PixelGrid | None) -> None:
        """Check at the end of a job that the model still is the function that it was at load.

        The batch of the load must give the votes that it gave then; and a batch around the job's input ``x``,
        with the job's noise but not counted, must give the same votes twice. ``grid``: as in SampleRequest.
        Raises PermanentFailure if one does not.
        """
        self._require_same(self._inputs, self._votes, "the batch given at load, given again as the job ended")
        noisy = torch.empty_like(self._inputs)
        noise_source(x, self._runtime.device, len(noisy), sigma, seed, CHECK, grid).begin(noisy, 0)(0)
        self._require_same(noisy, self._runtime.votes(noisy), "as the job ended, one noisy batch given twice")

    def _require_same(self, inputs: torch.Tensor, votes: torch.Tensor, what: str) -> None:
        changed = int((self._runtime.votes(inputs) != votes).sum())
        if changed:
            raise PermanentFailure(
                FAILURE,
                f"model {self._model!r} is not one fixed function: {what}, got other votes on {changed} of "
                f"{len(votes)} rows; remove what is random or keeps a state (dropout, running statistics, "
                "random operators) from the model file",
            )
