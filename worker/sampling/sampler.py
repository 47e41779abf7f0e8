"""Monte Carlo sampling of a base classifier: count its votes on noisy inputs.

Evaluations are numbered and divided into blocks of ``batch``. The noise of a block depends only on (seed,
stream, block), and the counts of blocks are added, so the counts do not depend on how a job is divided into
runs of blocks. A block is computed in forward passes of exactly ``runtime.rows`` rows. If the last block is
not full, passes without a counted row are left out; the surplus rows of its last pass are computed, so that
the pass keeps its shape, but not counted. Memory holds one pass of inputs, and on a GPU one block of noise,
for any number of samples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from certificates import Noise
from certificates.counts.evidence import Evidence
from worker.noise.generator_keys import SELECTION
from worker.noise.sources import UNIT, Input, Scale, noise_source
from worker.runtimes.runtime import Runtime
from worker.sampling.block_size import block_size_for
from worker.sampling.blocks import Blocks
from worker.sampling.counters import COUNTERS
from worker.sampling.sample_request import SampleRequest, check_numbers

__all__ = ["SampleRequest", "Selected", "block_size_for", "sample", "select_class"]


class Selected(NamedTuple):
    """The class that selection chose, and its votes among the ``n0`` samples of selection."""

    target: int
    hits: int


def select_class(
    runtime: Runtime,
    x: Input,
    sigma: float,
    n0: int,
    seed: int,
    batch: int,
    law: Noise = Noise.GAUSSIAN,
    scale: Scale = UNIT,
) -> Selected:
    """Return the class with most votes among ``n0`` noisy samples; ties go to the lowest index.

    This draws from the selection stream of noise, which is never used for estimates. ``law`` is the law of
    the noise, ``scale`` is as in SampleRequest. Raises ModelOutputError and ValueError as ``sample`` does.
    """
    check_numbers(sigma, seed, n0, batch)
    noise = noise_source(x, runtime.memory.device, batch, sigma, seed, SELECTION, law, scale)
    blocks = Blocks(runtime, noise, batch, x.shape)
    counts = np.zeros(runtime.classes, dtype=np.int64)
    for block in range(-(-n0 // batch)):
        counts += blocks.by_class(blocks.votes(block, min(batch, n0 - block * batch)))
    return Selected(int(counts.argmax()), int(counts.max()))


def sample(runtime: Runtime, x: Input, request: SampleRequest, on_batch: Callable[[int], None]) -> Evidence:
    """Count the votes of ``request.n`` noisy samples.

    ``on_batch`` is called after every block with the evaluations counted so far in this call. If it raises,
    the sampling ends; a job is cancelled in this way. Raises ModelOutputError if the model's scores are not
    numbers, and ValueError if the target is not one of its classes, the batch is not a multiple of its rows,
    or the input does not fit the noise.
    """
    if request.target >= runtime.classes:
        raise ValueError(f"target {request.target} is not one of {runtime.classes} classes")
    counter = COUNTERS[request.certifier.evidence](runtime, x, request)
    for block, rows, done in _cut(request):
        counter.add(block, rows)
        on_batch(done)
    return counter.evidence()


def _cut(request: SampleRequest) -> Iterator[tuple[int, int, int]]:
    """Yield each block of a request, the evaluations counted in it, and the total after it."""
    for offset in range(0, request.n, request.batch):
        rows = min(request.batch, request.n - offset)
        yield request.first_block + offset // request.batch, rows, offset + rows
