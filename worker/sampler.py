"""Monte Carlo sampling of a base classifier: noise in, counts that add out.

Evaluations are numbered, and cut into blocks of ``batch``; every block is one forward pass of exactly
``batch`` rows. The noise of a block depends on (seed, stream, block) alone, and blocks add, so how a job
is cut into runs of blocks changes nothing. If the last block is not full its surplus rows are computed, for
the batch to keep its shape, and not counted. Memory is a few batches of input, whatever the number of
samples.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from certificates import Bounds, Certifier, Decision
from certificates.evidence import Evidence, HitCounts, PairCounts
from models.grid import PixelGrid
from worker.batch import Device, batch_size_for
from worker.discrete_source import DiscreteSource
from worker.gradient import gradient_statistic
from worker.noise import ESTIMATION, SELECTION, GaussianSource, NoiseSource
from worker.runtimes.base import Runtime

__all__ = ["Device", "SampleRequest", "batch_size_for", "sample", "select_class"]

Input = NDArray[np.float32] | torch.Tensor
"""One input in the model's input space, without the batch dimension."""


@dataclass(frozen=True, slots=True)
class SampleRequest:
    """One run of consecutive blocks of a job.

    ``n`` evaluations beginning with block ``first_block``; a multiple of ``batch`` except at the end of the
    job; even for second order and dipole. ``sigma`` is in input units. ``target`` is the class A.
    ``grid``: draw discrete noise on this grid of pixels, on which the input must lie; None: Gaussian noise.
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
    grid: PixelGrid | None = None
    bounds: Bounds = Bounds.TIGHT
    decision: Decision = Decision.MAJORITY

    def __post_init__(self) -> None:
        _check(self.sigma, self.seed, self.n, self.batch)
        if self.target < 0 or self.first_block < 0:
            raise ValueError("target and first_block must not be negative")
        if self.n % 2 and self.certifier is not Certifier.FIRST_ORDER:
            raise ValueError(f"n must be even for {self.certifier}, as it counts pairs")


def select_class(
    runtime: Runtime, x: Input, sigma: float, n0: int, seed: int, batch: int, grid: PixelGrid | None = None
) -> int:
    """Return the class with most votes among ``n0`` noisy samples; ties go to the lowest index.

    Uses the selection stream of noise, which no estimate ever counts. ``grid`` as in SampleRequest. Raises
    ModelOutputError, and NotOnGridError if the input is not on the grid.
    """
    _check(sigma, seed, n0, batch)
    source = _source(runtime, x, sigma, seed, SELECTION, batch, grid)
    blocks = _Blocks(runtime, source, batch, tuple(x.shape))
    counts = np.zeros(runtime.classes, dtype=np.int64)
    for block in range(-(-n0 // batch)):
        counts += blocks.by_class(blocks.votes(block)[: min(batch, n0 - block * batch)])
    return int(counts.argmax())


def sample(runtime: Runtime, x: Input, request: SampleRequest, on_batch: Callable[[int], None]) -> Evidence:
    """Count the votes of ``request.n`` noisy samples.

    ``on_batch`` is called after every block with the evaluations counted so far in this call; whatever it
    raises ends the sampling, which is how a job is cancelled. Raises ModelOutputError if the model's scores
    are not numbers, ValueError if the target is not one of its classes, NotOnGridError if the input is not
    on the grid of discrete noise.
    """
    if request.target >= runtime.classes:
        raise ValueError(f"target {request.target} is not one of {runtime.classes} classes")
    draws = request.batch // 2 if request.certifier is Certifier.DIPOLE else request.batch
    source = _source(runtime, x, request.sigma, request.seed, ESTIMATION, draws, request.grid)
    blocks = _Blocks(runtime, source, request.batch, tuple(x.shape))
    total: Evidence | None = None
    gradient = None
    if request.certifier is Certifier.SECOND_ORDER:
        about = (request.target, runtime.classes, blocks.d, runtime.device)
        gradient = gradient_statistic(request.bounds, request.decision, *about)
    for offset in range(0, request.n, request.batch):
        rows = min(request.batch, request.n - offset)
        block = request.first_block + offset // request.batch
        if request.certifier is Certifier.DIPOLE:
            counted = _count_pairs(blocks, request.target, block, rows // 2)
        else:
            votes = blocks.votes(block)[:rows]
            if gradient is not None:
                gradient.add(votes, blocks.source)
            counted = Evidence(hits=HitCounts(rows, request.target, tuple(blocks.by_class(votes).tolist())))
        total = counted if total is None else total + counted
        on_batch(offset + rows)
    if total is None:
        raise ValueError("n must be at least 1")
    return total if gradient is None else Evidence(hits=total.hits, gradient=gradient.sums())


def _count_pairs(blocks: _Blocks, target: int, block: int, pairs: int) -> Evidence:
    """Outcomes of the antithetic pairs: row i of the batch's first half with row i of its second half."""
    hit = blocks.votes(block) == target
    half = len(hit) // 2
    plus, minus = hit[:pairs], hit[half : half + pairs]
    both, plus_only, minus_only = (
        torch.stack((plus & minus, plus & ~minus, minus & ~plus)).sum(dim=1).tolist()
    )
    return Evidence(pairs=PairCounts(pairs, both, plus_only, minus_only))


def _source(
    runtime: Runtime, x: Input, sigma: float, seed: int, stream: int, draws: int, grid: PixelGrid | None
) -> NoiseSource:
    base = x if isinstance(x, torch.Tensor) else torch.tensor(x, dtype=torch.float32)
    placed = base.to(device=runtime.device, dtype=torch.float32)
    if grid is None:
        return GaussianSource(placed, draws, sigma, seed, stream)
    return DiscreteSource(placed, draws, sigma, seed, stream, grid)


class _Blocks:
    """The noisy batches of one input and the votes on them, in buffers that are used again and again."""

    def __init__(self, runtime: Runtime, source: NoiseSource, batch: int, shape: tuple[int, ...]) -> None:
        self._runtime = runtime
        self.source = source
        self.classes = runtime.classes
        self.d = math.prod(shape)
        self._inputs = torch.empty((batch, *shape), dtype=torch.float32, device=runtime.device)

    def votes(self, block: int) -> torch.Tensor:
        """Return the class of every row of a block; ``source`` keeps its noise until the next call."""
        self.source.fill(self._inputs, block)
        return self._runtime.votes(self._inputs)

    def by_class(self, votes: torch.Tensor) -> NDArray[np.int64]:
        """Return how many of these votes each class has."""
        return torch.bincount(votes, minlength=self.classes).cpu().numpy()


def _check(sigma: float, seed: int, n: int, batch: int) -> None:
    if not (math.isfinite(sigma) and sigma > 0):
        raise ValueError("sigma must be a finite number above 0")
    if seed < 0 or n < 1:
        raise ValueError("the seed must not be negative and n must be at least 1")
    if batch < 2 or batch % 2:
        raise ValueError("batch must be even and at least 2, as pairs need two rows")
