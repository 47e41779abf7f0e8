"""Build the contenders: the ways of counting votes that are compared."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.limit import limit
from benchmarks.loops import art, loop
from benchmarks.setup import SEED, Contender, Setup, example
from certificates import Bounds, Decision
from registry import ModelManifest, Registry
from worker.runtimes.runtime_loading import load_runtime
from worker.sampling.block_size import block_size_for
from worker.sampling.sampler import SampleRequest, sample, select_class

JOB = 100_000
"""Samples of the job that the sampler works for: the default of a request."""
N0 = 100
"""Samples of its selection: the default too."""


def build(setup: Setup) -> Contender:
    """Return the contender that ``setup`` names. Its threads are set for the whole process."""
    torch.set_num_threads(setup.threads)
    manifest = Registry(setup.models).get(setup.model)
    x = example(manifest)
    match setup.contender:
        case "limit":
            return limit(setup, manifest, x)
        case "sampler":
            return _sampler(setup, manifest, x)
        case "loop" | "loop-malloc":
            return loop(setup, manifest, x)
        case "art":
            return art(setup, manifest, x)
        case other:
            raise ValueError(f"no contender is called {other!r}")


def _sampler(setup: Setup, manifest: ModelManifest, x: NDArray[np.float32]) -> Contender:
    """(b) The sampler as the workers call it, with the weights that a job of ``JOB`` samples would choose."""
    if setup.batch is not None:
        manifest = manifest.model_copy(update={"batch_size": setup.batch})
    runtime = load_runtime(manifest, setup.device, setup.threads)
    batch = block_size_for(manifest, setup.device)
    target, hits = select_class(runtime, x, setup.sigma, N0, SEED, batch)
    bounds, decision = Bounds.TIGHT, Decision.MAJORITY
    weights = setup.certifier.weights(bounds, decision, (hits, N0), JOB, manifest.d)
    first = 0

    def draw(n: int) -> int:
        nonlocal first
        blocks = -(-n // batch)
        request = SampleRequest(
            certifier=setup.certifier,
            target=target,
            sigma=setup.sigma,
            seed=SEED,
            first_block=first,
            n=blocks * batch,
            batch=batch,
            bounds=bounds,
            decision=decision,
            weights=weights,
        )
        first += blocks
        return sample(runtime, x, request, lambda _: None).n

    return Contender(draw=draw, batch=runtime.rows or batch)
