"""The vote of an input without noise. It is told beside a certificate, and is no evidence for it."""

from __future__ import annotations

import numpy as np

from worker.noise.sources import Input
from worker.runtimes.runtime import Runtime
from worker.runtimes.runtime_errors import ModelOutputError


def clean_class(runtime: Runtime, x: Input, batch: int) -> int | None:
    """Return the class that the model gives an input without noise, in one pass of the job's rows.

    ``x``: of the model's shape. ``batch``: the rows of a pass where the runtime fixes none. None if the model
    gives no scores for this input: that does not keep it from being certified by those of noisy copies.
    """
    memory = runtime.memory
    rows = memory.placed(np.repeat(x[np.newaxis], runtime.rows or batch, axis=0))
    try:
        return int(memory.on_host(runtime.votes(rows))[0])
    except ModelOutputError:
        return None
