"""The interface between the sampler and runtimes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from jobs.plan import Computation, Device
from registry import ModelManifest
from registry.manifest import Precision
from worker.array_memory import Array, Memory
from worker.noise.noise_source import Fill
from worker.runtimes.runtime_errors import RuntimeLoadError


class Runtime(Protocol):
    """A loaded base classifier: one fixed function from inputs to classes."""

    @property
    def computation(self) -> Computation:
        """Return what computes the votes."""

    @property
    def classes(self) -> int:
        """Return the number of classes."""

    @property
    def rows(self) -> int | None:
        """Return the rows of every forward pass of a job; None if each block of noise is one pass."""

    @property
    def memory(self) -> Memory:
        """Return the memory in which batches must lie, and answers do."""

    def votes(self, batch: Array) -> Array:
        """Return the class of every row.

        ``batch``: float32, contiguous, of shape ``(b, *input shape)``, in ``memory``, in the model's input
        space; it is not changed. The answer: int64, of shape ``(b,)``, in ``memory``. The class is the index
        of the largest score; ties go to the lowest index. Raises ModelOutputError if a row has no largest
        score.
        """

    def scores(self, batch: Array) -> Array:
        """Return the scores of every row, as they were computed: floats of shape ``(b, classes)``.

        ``batch`` is as in ``votes``. The answer is in ``memory``, and later calls do not change it. Raises
        ModelOutputError if the model gives no such scores. They may be NaN.
        """

    def passes(self, inputs: Array, count: int, fill: Fill) -> Array:
        """Return the classes of the rows of ``count`` forward passes, one after another, as ``votes`` does.

        Before pass ``p``, ``fill(p)`` writes its rows to ``inputs``, which is as ``batch`` in ``votes``.
        """


class Loader(Protocol):
    """Makes the runtime of a model. The entry of a runtime names it in ``loader``."""

    def __call__(self, manifest: ModelManifest, device: Device, threads: int, rows: int) -> Runtime:
        """Load a model and try it with one batch of ``rows`` rows; see ``load_runtime``."""


class PassByPass(ABC):
    """Base of runtimes that compute passes one by one through ``votes``."""

    memory: Memory

    @abstractmethod
    def votes(self, batch: Array) -> Array:
        """See Runtime."""

    def passes(self, inputs: Array, count: int, fill: Fill) -> Array:
        """See Runtime."""
        votes: list[NDArray[np.int64]] = []
        for part in range(count):
            fill(part)
            votes.append(self.memory.on_host(self.votes(inputs)))
        return self.memory.placed(np.concatenate(votes))


def require(lacking: str | None, device: Device) -> None:
    """Raise RuntimeLoadError if this machine or installation lacks something for this device."""
    if lacking is not None:
        raise RuntimeLoadError(f"asked for {device}, but {lacking}; mend that, or set CERTIFY_DEVICE=cpu")


def stated_precision(precision: Precision | None, device: Device) -> str:
    """Return the precision as a runtime's identity states it; None: the model file decides it."""
    stated = "as in the file" if precision is None else precision
    return stated if device == "cpu" else f"{stated}, TF32 off"
