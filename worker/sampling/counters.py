"""One counter for each kind of evidence. It adds the votes of one block after another."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final

import numpy as np

from certificates import EvidenceKind, GradientSumsKind, Weights
from certificates.counts.evidence import Evidence, GradientSums, HitCounts, PairCounts
from worker.array_memory import Array
from worker.noise.generator_keys import ESTIMATION
from worker.noise.noise_source import NoiseSource
from worker.noise.sources import Input, noise_source
from worker.runtimes.runtime import Runtime
from worker.sampling.blocks import Blocks
from worker.sampling.gradient_statistics import gradient_statistic
from worker.sampling.sample_request import SampleRequest


class Counter(ABC):
    """Counts the blocks of one request."""

    def __init__(
        self,
        runtime: Runtime,
        x: Input,
        request: SampleRequest,
        *,
        summed: bool = False,
        antithetic: bool = False,
    ) -> None:
        """Prepare the noise. ``summed``: gradient sums will be asked for; ``antithetic``: count pairs."""
        law = (request.sigma, request.seed, ESTIMATION, request.noise, request.scale)
        draws = request.batch // 2 if antithetic else request.batch
        self._noise: NoiseSource = noise_source(
            x, runtime.memory.device, draws, *law, summed=summed, antithetic=antithetic
        )
        self._blocks = Blocks(runtime, self._noise, request.batch, x.shape)
        self._request = request

    @abstractmethod
    def add(self, block: int, rows: int) -> None:
        """Count the first ``rows`` evaluations of a block."""

    @abstractmethod
    def evidence(self) -> Evidence:
        """Return what was counted."""


class VoteCounter(Counter):
    """Counts independent samples by class."""

    def __init__(self, runtime: Runtime, x: Input, request: SampleRequest, *, summed: bool = False) -> None:
        super().__init__(runtime, x, request, summed=summed)
        self._by_class = np.zeros(runtime.classes, dtype=np.int64)

    def add(self, block: int, rows: int) -> None:
        """See Counter."""
        self._count(block, rows)

    def evidence(self) -> Evidence:
        """See Counter."""
        return Evidence(hits=self._hits())

    def _count(self, block: int, rows: int) -> Array:
        votes = self._blocks.votes(block, rows)
        self._by_class += self._blocks.by_class(votes)
        return votes

    def _hits(self) -> HitCounts:
        return HitCounts(self._request.n, self._request.target, tuple(self._by_class.tolist()))


class GradientCounter(VoteCounter):
    """Counts the same, and forms the gradient sums that the certifier's bounds need from the noise."""

    def __init__(self, runtime: Runtime, x: Input, request: SampleRequest) -> None:
        wanted = request.certifier.gradient_sums(request.bounds, request.decision)
        if wanted is None:
            raise ValueError(f"{request.certifier} counts a gradient but names no sums for it")
        every_row = wanted is not GradientSumsKind.PAIRED and request.weights is Weights.SCORES
        super().__init__(runtime, x, request, summed=every_row)
        self._statistic = gradient_statistic(
            wanted, request.weights, request.target, runtime.classes, math.prod(x.shape), runtime.memory
        )

    def add(self, block: int, rows: int) -> None:
        """See Counter."""
        self._statistic.add(self._count(block, rows), self._noise)

    def evidence(self) -> Evidence:
        """See Counter."""
        sums: GradientSums = self._statistic.sums()
        return Evidence(hits=self._hits(), gradient=sums)


class PairCounter(Counter):
    """Counts the outcomes of antithetic pairs: rows i of the first and the second half of a pass."""

    def __init__(self, runtime: Runtime, x: Input, request: SampleRequest) -> None:
        super().__init__(runtime, x, request, antithetic=True)
        self._both = self._plus_only = self._minus_only = 0

    def add(self, block: int, rows: int) -> None:
        """See Counter."""
        votes = self._blocks.on_host(self._blocks.passes(block, rows)).reshape(-1, self._blocks.rows)
        plus, minus = (
            side.ravel()[: rows // 2] for side in np.split(votes == self._request.target, 2, axis=1)
        )
        both = int(np.count_nonzero(plus & minus))
        self._both += both
        self._plus_only += int(np.count_nonzero(plus)) - both
        self._minus_only += int(np.count_nonzero(minus)) - both

    def evidence(self) -> Evidence:
        """See Counter."""
        counted = (self._both, self._plus_only, self._minus_only)
        return Evidence(pairs=PairCounts(self._request.n // 2, *counted, self._request.target))


COUNTERS: Final[dict[EvidenceKind, Callable[[Runtime, Input, SampleRequest], Counter]]] = {
    EvidenceKind.VOTES: VoteCounter,
    EvidenceKind.VOTES_AND_GRADIENT: GradientCounter,
    EvidenceKind.PAIRS: PairCounter,
}
