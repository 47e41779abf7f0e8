"""Monte Carlo sampling of a base classifier: noise in, counts that add out.

Evaluations are numbered, and cut into blocks of ``batch``. The noise of a block depends on (seed, stream,
block) alone, and blocks add, so how a job is cut into runs of blocks changes nothing. A block is fed to the
model in forward passes of exactly ``runtime.rows`` rows. If the last block is not full, passes that no
counted row is in are left out; the surplus rows of the last one are computed, for it to keep its shape, and
not counted. Memory is one pass of inputs, and on a GPU one block of noise, whatever the number of samples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from certificates import Noise
from certificates.counts.evidence import Evidence
from worker.noise.generator_keys import SELECTION
from worker.noise.sources import UNIT, Input, Scale, noise_source
from worker.runtimes.runtime import Runtime
from worker.sampling.block_size import batch_size_for
from worker.sampling.blocks import Blocks
from worker.sampling.counters import COUNTERS
from worker.sampling.sample_request import SampleRequest, check_numbers

__all__ = ["SampleRequest", "batch_size_for", "sample", "select_class"]


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
    check_numbers(sigma, seed, n0, batch)
    noise = noise_source(x, runtime.device, batch, sigma, seed, SELECTION, law, scale)
    blocks = Blocks(runtime, noise, batch, x.shape)
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
    counter = COUNTERS[request.certifier.evidence](runtime, x, request)
    for block, rows, done in _cut(request):
        counter.add(block, rows)
        on_batch(done)
    return counter.evidence()


def _cut(request: SampleRequest) -> Iterator[tuple[int, int, int]]:
    """Yield each block of a request, the evaluations counted in it, and those counted when it is done."""
    for offset in range(0, request.n, request.batch):
        rows = min(request.batch, request.n - offset)
        yield request.first_block + offset // request.batch, rows, offset + rows
