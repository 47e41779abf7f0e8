"""TorchScript on the CPU: a supported input format; ONNX is the recommended one."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from jobs.plan import Device
from registry import ModelManifest
from worker.array_memory import HostMemory
from worker.runtimes.runtime import PassByPass
from worker.runtimes.runtime_errors import ModelOutputError, failed_on_batch
from worker.runtimes.scores import Normaliser, votes_of
from worker.runtimes.torchscript_files import Script
from worker.runtimes.trial_batch import check_scores, trial_batch

Floats = NDArray[np.float32]
Scores = NDArray[np.float32] | NDArray[np.float64]


class TorchScriptRuntime(PassByPass):
    """A base classifier in TorchScript. See :class:`worker.runtimes.runtime.Runtime`."""

    def __init__(self, manifest: ModelManifest, device: Device, threads: int, rows: int) -> None:
        self.memory = HostMemory()
        self.classes = len(manifest.labels)
        self._normalise = Normaliser(manifest)
        self._script = Script(manifest, device, threads, rows)
        self.computation = self._script.computation
        self.rows: int | None = rows
        batch = trial_batch(manifest, rows)
        shape, floating = self._script.trial(manifest, self._given(batch))
        check_scores(manifest, shape, rows, floating=floating)
        self.votes(batch)

    def votes(self, batch: Floats) -> NDArray[np.int64]:
        """Return the class of every row; see the protocol."""
        return votes_of(self.scores(batch))

    def scores(self, batch: Floats) -> Scores:
        """Return the scores of every row; see the protocol."""
        try:
            scores: Scores = self._script(self._given(batch)).numpy()
        except ModelOutputError:
            raise
        except Exception as error:  # a script may raise anything
            raise failed_on_batch(error) from error
        return scores

    def _given(self, batch: Floats) -> torch.Tensor:
        return torch.from_numpy(self._normalise(batch))
