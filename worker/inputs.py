"""The inputs of the jobs that a process works on: read once, not with every shard."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import numpy as np
from numpy.typing import NDArray

KEPT: Final = 8
"""Inputs that a process keeps in memory."""
KEPT_BYTES: Final = 32 * 2**20
"""Fewer, down to the last one used, once they take this much."""


class Inputs:
    """The inputs of one process, by the ids of their jobs. An id never stands for another input."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def __contains__(self, job_id: str) -> bool:
        return job_id in self._kept

    def keep(self, job_id: str, content: bytes, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """Return a job's input; ``content`` are its bytes where it is not kept, and else of no account."""
        if job_id not in self._kept:
            self._kept[job_id] = np.frombuffer(content, dtype="<f4").astype(np.float32).reshape(shape)
        self._kept.move_to_end(job_id)
        while len(self._kept) > 1 and (len(self._kept) > KEPT or self._bytes() > KEPT_BYTES):
            self._kept.popitem(last=False)
        return self._kept[job_id]

    def _bytes(self) -> int:
        return sum(kept.nbytes for kept in self._kept.values())
