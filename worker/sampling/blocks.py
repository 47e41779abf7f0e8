"""Compute the votes of a model on one block of noisy inputs after another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from worker.array_memory import Array
from worker.noise.noise_source import NoiseSource
from worker.runtimes.runtime import Runtime


class Blocks:
    """Computes the votes on the noisy inputs of one block after another, in buffers that are reused."""

    def __init__(self, runtime: Runtime, source: NoiseSource, batch: int, shape: tuple[int, ...]) -> None:
        rows = batch if runtime.rows is None else runtime.rows
        if batch % rows:
            raise ValueError(
                f"batch must be a multiple of the {rows} rows that the model is fed, not {batch}"
            )
        self._runtime = runtime
        self._source = source
        self.rows = rows
        self._inputs = runtime.memory.empty((rows, *shape))

    def passes(self, block: int, rows: int) -> Array:
        """Return the votes of the passes that hold the block's first ``rows`` evaluations, pass after pass.

        Their shape is (n,), ``n`` being ``rows`` rounded up to whole passes. Until the next call, the source
        of noise answers for this block.
        """
        count = -(-rows // self.rows)
        return self._runtime.passes(self._inputs, count, self._source.begin(self._inputs, block))

    def votes(self, block: int, rows: int) -> Array:
        """Return the votes of the block's first ``rows`` evaluations, (rows,), in their order."""
        return self.passes(block, rows)[:rows]

    def on_host(self, votes: Array) -> NDArray[np.int64]:
        """Return votes as an array of the CPU."""
        return self._runtime.memory.on_host(votes)

    def by_class(self, votes: Array) -> NDArray[np.int64]:
        """Return the number of votes of each class, int64 of shape (classes,)."""
        return np.bincount(self.on_host(votes), minlength=self._runtime.classes)
