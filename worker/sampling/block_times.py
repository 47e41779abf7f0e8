"""Remember how long a block of noise took, so that a job is cut into shards without a block for trial."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.sampling.sample_request import SampleRequest

_Kind = tuple[object, ...]


class BlockTimes:
    """The times of one model's blocks in one process, by what is counted and drawn.

    Sigma is left out, so that the number of entries does not grow with the requests. Gaussian noise takes as
    long for any sigma. Discrete noise takes a fifth longer for a sigma of 1 than of 0.25 widths of the scale,
    and five times as long for 10. A shard is then longer or shorter than wished, and its counts are the same.
    """

    def __init__(self) -> None:
        self._seconds: dict[_Kind, float] = {}

    def note(self, request: SampleRequest, seconds: float) -> None:
        """Note that the sampling of a request took ``seconds``, unless it has less than a whole block."""
        if request.n >= request.batch:
            self._seconds[_kind(request)] = seconds * request.batch / request.n

    def of(self, request: SampleRequest) -> float | None:
        """Return the seconds that a block of such a request took the last time; None before the first."""
        return self._seconds.get(_kind(request))


def _kind(request: SampleRequest) -> _Kind:
    counted = (request.certifier.name, request.bounds, request.decision, request.weights)
    return (*counted, request.noise.name, request.batch)
