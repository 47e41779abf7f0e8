"""Monte Carlo sampling of a base classifier: noise in, counts that add out.

Evaluations are numbered, and cut into blocks of ``batch``. The noise of a block depends on (seed, stream,
block) alone, and blocks add, so how a job is cut into runs of blocks changes nothing. A block is fed to the
model in forward passes of exactly ``runtime.rows`` rows. If the last block is not full, passes that no
counted row is in are left out; the surplus rows of the last one are computed, for it to keep its shape, and
not counted. Memory is one pass of inputs, and on a GPU one block of noise, whatever the number of samples.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from certificates import Bounds, Certifier, Decision, EvidenceKind, GradientSumsKind, Noise
from certificates.counts.evidence import Evidence, HitCounts, PairCounts
from worker.noise.generator_keys import ESTIMATION, SELECTION, NoiseSource
from worker.noise.sources import UNIT, Input, Scale, noise_source
from worker.runtimes.runtime import Runtime
from worker.sampling.block_size import batch_size_for
from worker.sampling.gradient_statistics import gradient_statistic

__all__ = ["SampleRequest", "batch_size_for", "sample", "select_class"]


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """One run of consecutive blocks of a job.

    ``n`` evaluations beginning with block ``first_block``; a multiple of ``batch`` except at the end of the
    job; even for second order and dipole. ``sigma`` is in input units. ``target`` is the class A.
    ``noise``: the law of the noise, which the input must fit; ``scale``: the ends of the input's scale.
    ``bounds`` and ``decision`` say which gradient sums second order needs. ValueError if a number is out of
    range.
    """

    certifier: Certifier
    target: int
    sigma: float
    seed: int
    first_block: int
    n: int
    batch: int
    noise: Noise = Noise.GAUSSIAN
    bounds: Bounds = Bounds.TIGHT
    decision: Decision = Decision.MAJORITY
    scale: Scale = UNIT

    def __post_init__(self) -> None:
        _check(self.sigma, self.seed, self.n, self.batch)
        if self.target < 0 or self.first_block < 0:
            raise ValueError("target and first_block must not be negative")
        if (said := self.certifier.number_problem(self.n)) is not None:
            raise ValueError(f"n {said}")


def select_class(
    runtime: Runtime,
    x: Input,
    sigma: float,
    n0: int,
    seed: int,
    batch: int,
    law: Noise = Noise.GAUSSIAN,
    scale: Scale = UNIT,
) -> int:
    """Return the class with most votes among ``n0`` noisy samples; ties go to the lowest index.

    Uses the selection stream of noise, which no estimate ever counts. ``law`` is that of the noise, and
    ``scale`` as in SampleRequest. Raises ModelOutputError, ValueError as ``sample``.
    """
    _check(sigma, seed, n0, batch)
    noise = noise_source(x, runtime.device, batch, sigma, seed, SELECTION, law, scale)
    blocks = _Blocks(runtime, noise, batch, x.shape)
    counts = np.zeros(runtime.classes, dtype=np.int64)
    for block in range(-(-n0 // batch)):
        counts += blocks.by_class(blocks.votes(block, min(batch, n0 - block * batch)))
    return int(counts.argmax())


def sample(runtime: Runtime, x: Input, request: SampleRequest, on_batch: Callable[[int], None]) -> Evidence:
    """Count the votes of ``request.n`` noisy samples.

    ``on_batch`` is called after every block with the evaluations counted so far in this call; whatever it
    raises ends the sampling, which is how a job is cancelled. Raises ModelOutputError if the model's scores
    are not numbers, ValueError if the target is not one of its classes, the batch no multiple of its rows,
    or the input none for this noise.
    """
    if request.target >= runtime.classes:
        raise ValueError(f"target {request.target} is not one of {runtime.classes} classes")
    return _COUNTERS[request.certifier.evidence](runtime, x, request, on_batch)


def _count_votes(
    runtime: Runtime, x: Input, request: SampleRequest, on_batch: Callable[[int], None]
) -> Evidence:
    """Count independent samples by class, and add up what second order needs of their noise."""
    law = (request.sigma, request.seed, ESTIMATION, request.noise, request.scale)
    sums = request.certifier.gradient_sums(request.bounds, request.decision)
    summed = sums in {GradientSumsKind.SPLIT, GradientSumsKind.SPLIT_PER_CLASS}
    noise = noise_source(x, runtime.device, request.batch, *law, summed=summed)
    blocks = _Blocks(runtime, noise, request.batch, x.shape)
    gradient = None
    if sums is not None:
        gradient = gradient_statistic(
            sums, request.target, runtime.classes, math.prod(x.shape), runtime.device
        )
    counts = np.zeros(runtime.classes, dtype=np.int64)
    for block, rows, done in _cut(request):
        votes = blocks.votes(block, rows)
        counts += blocks.by_class(votes)
        if gradient is not None:
            gradient.add(votes, noise)
        on_batch(done)
    hits = HitCounts(request.n, request.target, tuple(counts.tolist()))
    return Evidence(hits=hits, gradient=None if gradient is None else gradient.sums())


def _count_pairs(
    runtime: Runtime, x: Input, request: SampleRequest, on_batch: Callable[[int], None]
) -> Evidence:
    """Count the outcomes of antithetic pairs: row i of a pass's first half, row i of its second half."""
    law = (request.sigma, request.seed, ESTIMATION, request.noise, request.scale)
    noise = noise_source(x, runtime.device, request.batch // 2, *law, antithetic=True)
    blocks = _Blocks(runtime, noise, request.batch, x.shape)
    both = plus_only = minus_only = 0
    for block, rows, done in _cut(request):
        hit = blocks.passes(block, rows).cpu().numpy().reshape(-1, blocks.rows) == request.target
        plus, minus = (side.ravel()[: rows // 2] for side in np.split(hit, 2, axis=1))
        together = int(np.count_nonzero(plus & minus))
        both += together
        plus_only += int(np.count_nonzero(plus)) - together
        minus_only += int(np.count_nonzero(minus)) - together
        on_batch(done)
    return Evidence(pairs=PairCounts(request.n // 2, both, plus_only, minus_only, request.target))


_COUNTERS = {
    EvidenceKind.VOTES: _count_votes,
    EvidenceKind.VOTES_AND_GRADIENT: _count_votes,
    EvidenceKind.PAIRS: _count_pairs,
}


def _cut(request: SampleRequest) -> Iterator[tuple[int, int, int]]:
    """Yield each block of a request, the evaluations counted in it, and those counted when it is done."""
    for offset in range(0, request.n, request.batch):
        rows = min(request.batch, request.n - offset)
        yield request.first_block + offset // request.batch, rows, offset + rows


class _Blocks:
    """The votes on the noisy inputs of one block after another, in buffers that are used again and again."""

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

        What is asked of the source then is of this block, until the next call.
        """
        count = -(-rows // self.rows)
        return self._runtime.passes(self._inputs, count, self._source.begin(self._inputs, block))

    def votes(self, block: int, rows: int) -> torch.Tensor:
        """Return the votes of the block's first ``rows`` evaluations, in the order of their noise."""
        return self.passes(block, rows)[:rows]

    def by_class(self, votes: torch.Tensor) -> NDArray[np.int64]:
        """Return how many of these votes each class has."""
        return np.bincount(votes.cpu().numpy(), minlength=self._runtime.classes)


def _check(sigma: float, seed: int, n: int, batch: int) -> None:
    if not (math.isfinite(sigma) and sigma > 0):
        raise ValueError("sigma must be a finite number above 0")
    if seed < 0 or n < 1:
        raise ValueError("the seed must not be negative and n must be at least 1")
    if batch < 2 or batch % 2:
        raise ValueError("batch must be even and at least 2, as pairs need two rows")
