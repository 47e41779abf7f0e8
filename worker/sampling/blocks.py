"""Compute the votes of a model on one block of noisy inputs after another."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from worker.noise.generator_keys import NoiseSource
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
        self._inputs = torch.empty((rows, *shape), dtype=torch.float32, device=runtime.device)

    def passes(self, block: int, rows: int) -> torch.Tensor:
        """Return the votes of the passes that hold the block's first ``rows`` evaluations, pass after pass.

        Their shape is (n,), ``n`` being ``rows`` rounded up to whole passes. Until the next call, the source
        of noise answers for this block.
        """
        count = -(-rows // self.rows)
        return self._runtime.passes(self._inputs, count, self._source.begin(self._inputs, block))

    def votes(self, block: int, rows: int) -> torch.Tensor:
        """Return the votes of the block's first ``rows`` evaluations, (rows,), in their order."""
        return self.passes(block, rows)[:rows]

    def by_class(self, votes: torch.Tensor) -> NDArray[np.int64]:
        """Return the number of votes of each class, int64 of shape (classes,)."""
        return np.bincount(votes.cpu().numpy(), minlength=self._runtime.classes)
