"""Keep the inputs of the jobs that a process works on, so that they are not read again for each shard."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jobs.job_errors import PermanentFailure
from jobs.spec import InputRecord

KEPT: Final = 8
"""Most inputs that a process keeps in memory. A choice."""
KEPT_BYTES: Final = 32 * 2**20
"""If the inputs take more than this, older ones are dropped, except for the last one used. A choice."""


class Inputs:
    """The inputs of one process, by the ids of their jobs. An id never stands for another input."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def __contains__(self, job_id: str) -> bool:
        return job_id in self._kept

    def keep(self, job_id: str, content: bytes, given: InputRecord) -> NDArray[np.float32]:
        """Return a job's input, as it was ``given``, read from ``content`` unless it is kept already.

        Raises PermanentFailure if the content is not that of the input: the certificate names its hash.
        """
        if job_id not in self._kept:
            if hashlib.sha256(content).hexdigest() != given.sha256:
                raise PermanentFailure(
                    "input_damaged", "the stored input is not the one that was accepted: submit the job again"
                )
            self._kept[job_id] = np.frombuffer(content, dtype="<f4").astype(np.float32).reshape(given.shape)
        self._kept.move_to_end(job_id)
        while len(self._kept) > 1 and (len(self._kept) > KEPT or self._bytes() > KEPT_BYTES):
            self._kept.popitem(last=False)
        return self._kept[job_id]

    def _bytes(self) -> int:
        return sum(kept.nbytes for kept in self._kept.values())
