"""Compute what a model answers to pictures under a set-up, with and without noise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from importing.checking.picture_arrays import picture_array
from importing.checking.setups import Setup
from importing.load_checks import loaded
from registry import ModelManifest
from worker.runtimes.scores import Normaliser

Votes = NDArray[np.int64]


class Voter:
    """A loaded network, which each set-up feeds in its own way."""

    def __init__(self, manifest: ModelManifest) -> None:
        """Load the network. Raises ImportRefused if workers would refuse it."""
        self._manifest = manifest
        self._runtime = loaded(manifest.model_copy(update={"normalisation": None})).runtime
        self._rows = self._runtime.rows or 2

    def votes(
        self, setup: Setup, paths: Sequence[Path], sigma: float = 0.0, copies: int = 1, seed: int = 0
    ) -> Votes:
        """Return the index of the largest score for each noisy copy, shape (pictures, copies).

        ``sigma`` is in units of the model's scale. ``seed``: of the noise. Raises ImportRefused for a picture
        that the gateway would refuse.
        """
        noise = np.random.default_rng(seed)
        found = []
        for batch in self._batches(setup, paths, copies):
            noisy = batch
            if sigma:
                noisy = batch + np.float32(sigma) * noise.standard_normal(batch.shape, np.float32)
            found.append(self._runtime.votes(self._normaliser(setup)(noisy)))
        return np.concatenate(found)[: len(paths) * copies].reshape(len(paths), copies)

    def scores(self, setup: Setup, path: Path) -> NDArray[np.float32]:
        """Return the scores of a picture without noise, shape (classes,). Raises as ``votes``."""
        batch = next(self._batches(setup, [path], 1))
        return np.asarray(self._runtime.scores(self._normaliser(setup)(batch))[0], np.float32)

    def _normaliser(self, setup: Setup) -> Normaliser:
        changed = {"normalisation": setup.normalisation, "input": setup.input}
        return Normaliser(self._manifest.model_copy(update=changed))

    def _batches(self, setup: Setup, paths: Sequence[Path], copies: int) -> Iterator[NDArray[np.float32]]:
        """Yield full passes of copies; the last one is filled up with copies of its last picture."""
        waiting: list[NDArray[np.float32]] = []
        for path in paths:
            array, _ = picture_array(path, setup.input)
            waiting += [array] * copies
            while len(waiting) >= self._rows:
                yield np.stack(waiting[: self._rows])
                del waiting[: self._rows]
        if waiting:
            waiting += [waiting[-1]] * (self._rows - len(waiting))
            yield np.stack(waiting)
