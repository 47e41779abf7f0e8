"""What the sampler needs of a runtime."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Protocol

import torch

from jobs.plan import Computation, Device
from registry import ModelManifest
from registry.manifest import Precision
from worker.noise.generator_keys import Fill
from worker.runtimes.runtime_errors import RuntimeLoadError


class Runtime(Protocol):
    """A loaded base classifier: one fixed function from inputs to classes."""

    @property
    def computation(self) -> Computation:
        """What really computes the votes."""

    @property
    def classes(self) -> int:
        """Number of classes."""

    @property
    def rows(self) -> int | None:
        """Rows of every forward pass of a job; None if each block of noise is one pass, whatever its size."""

    @property
    def device(self) -> torch.device:
        """Where batches must lie."""

    def votes(self, batch: torch.Tensor) -> torch.Tensor:
        """Return the class of every row.

        ``batch``: float32, contiguous, of shape ``(b, *input shape)``, on ``device``, in the model's input
        space; it is not changed. The answer: int64, of shape ``(b,)``, on ``device``. The class is the index
        of the largest score; ties go to the lowest index. Raises ModelOutputError if a row has no largest
        score.
        """

    def scores(self, batch: torch.Tensor) -> torch.Tensor:
        """Return the scores of every row, as they were computed: floats of shape ``(b, classes)``.

        ``batch`` as of ``votes``. The answer is on ``device``, and later calls leave it as it is. Raises
        ModelOutputError if there are no such scores; they may be NaN.
        """

    def passes(self, inputs: torch.Tensor, count: int, fill: Fill) -> torch.Tensor:
        """Return the classes of the rows of ``count`` forward passes, one after another, as ``votes`` does.

        Before pass ``p``, ``fill(p)`` writes its rows to ``inputs``, which is as ``batch`` of ``votes``.
        """


class Loader(Protocol):
    """Makes a runtime of a model; what the entry of a runtime names in ``loader``."""

    def __call__(self, manifest: ModelManifest, device: Device, threads: int, rows: int) -> Runtime:
        """Load a model and try it with one batch of ``rows`` rows; see ``load_runtime``."""

    def lacks(self, device: Device) -> str | None:
        """Say what this machine or installation lacks to compute there; None if nothing."""


class PassByPass(ABC):
    """For runtimes that gain nothing by knowing of a pass before its inputs are there."""

    @abstractmethod
    def votes(self, batch: torch.Tensor) -> torch.Tensor:
        """See Runtime."""

    def passes(self, inputs: torch.Tensor, count: int, fill: Fill) -> torch.Tensor:
        """See Runtime."""
        votes = []
        for part in range(count):
            fill(part)
            votes.append(self.votes(inputs))
        return torch.cat(votes)


def require(lacking: str | None, device: Device) -> None:
    """Raise RuntimeLoadError if a loader lacks something for this device."""
    if lacking is not None:
        raise RuntimeLoadError(f"asked for {device}, but {lacking}; ask for the cpu or mend that")


def stated_precision(precision: Precision | None, device: Device) -> str:
    """Return what a runtime's identity says of its precision; None: the model file decides it."""
    stated = "as in the file" if precision is None else precision
    return stated if device == "cpu" else f"{stated}, TF32 off"
