"""Remember how long a block of noise took, so that a job is cut into shards without a block for trial."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.sampling.sample_request import SampleRequest

_Kind = tuple[object, ...]


class BlockTimes:
    """The times of one model's blocks in one process, by what is counted and drawn."""

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
