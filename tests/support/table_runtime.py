"""A runtime of the tests' own: linear classifiers in ``.npz`` files, computed by NumPy."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

from jobs.plan import Computation, Device
from registry import ModelManifest
from registry.manifest import read_weights
from worker.array_memory import HostMemory
from worker.runtimes.runtime import PassByPass, require
from worker.runtimes.scores import Normaliser, votes_of
from worker.runtimes.trial_batch import check_scores, trial_batch

Floats = NDArray[np.float32]


class TableRuntime(PassByPass):
    """Scores ``weights @ input + bias``. See :class:`worker.runtimes.runtime.Runtime`."""

    def __init__(self, manifest: ModelManifest, device: Device, threads: int, rows: int) -> None:
        require(None if device == "cpu" else "NumPy computes on the CPU alone", device)
        with np.load(io.BytesIO(read_weights(manifest))) as tables:
            self._weights, self._bias = tables["weights"], tables["bias"]
        self.memory = HostMemory()
        self.classes = len(manifest.labels)
        self.rows: int | None = rows
        self._normalise = Normaliser(manifest)
        self.computation = Computation(
            name="table",
            version=np.__version__,
            provider=device,
            precision="float32",
            rows=rows,
            threads=threads,
        )
        scores = self.scores(trial_batch(manifest, rows))
        check_scores(manifest, scores.shape, rows, floating=True)

    def votes(self, batch: Floats) -> NDArray[np.int64]:
        return votes_of(self.scores(batch))

    def scores(self, batch: Floats) -> Floats:
        inputs = self._normalise(batch).reshape(len(batch), -1)
        scores: Floats = (inputs[:, None, :] * self._weights).sum(axis=2) + self._bias
        return scores
