"""Estimate what small jobs would gain by sharing forward passes: time many alone, and one as large as all.

    python -m benchmarks.joint
    python -m benchmarks.joint --models mnist --sizes 100,1000 --jobs 20

This times the sampler alone, in this process, by the processor time of one thread. One job of all samples is
faster than any sharing could be: its passes have no surplus rows, and its rows need not be assigned to jobs.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks import machine
from certificates import FIRST_ORDER
from registry import ModelManifest, Registry
from worker.runtimes.runtime import Runtime
from worker.runtimes.runtime_loading import load_runtime
from worker.sampling.block_size import block_size_for
from worker.sampling.sampler import SampleRequest, sample, select_class

SHIPPED = Path(__file__).parent.parent / "models"
SIGMA = 0.25
N0 = 100
"""The service's default for selection."""
OVERHEAD_MS = 70
"""What a small job costs besides its samples, as ``python -m benchmarks.jobs_overhead`` measured it."""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--models", default="mnist,efficientnet-lite0")
    parser.add_argument("--sizes", default="100,1000", help="samples of a small job (default: 100,1000)")
    parser.add_argument("--jobs", type=int, default=10, help="small jobs (default: 10)")
    parser.add_argument("--repeats", type=int, default=5, help="the fastest counts (default: 5)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for name, value in machine.describe().items():
        print(f"{name}: {value}")
    print(
        f"{'model':20} {'n':>6} {'rows':>5} {'alone ms':>9} {'joint ms':>9} {'saved':>7} {'of the job':>11}"
    )
    registry = Registry(SHIPPED)
    for name in options.models.split(","):
        if name not in registry.names():
            print(f"{name:20} not installed: run 'make {name}' first")
            continue
        manifest = registry.get(name)
        runtime = load_runtime(manifest, "cpu", 1)
        for size in (int(size) for size in options.sizes.split(",")):
            _compare(manifest, runtime, size, options.jobs, options.repeats)


def _compare(manifest: ModelManifest, runtime: Runtime, n: int, jobs: int, repeats: int) -> None:
    """Print the time of a small job, alone and as a share of a joint one."""
    alone, joint = [], []
    for _ in range(repeats):  # in turns, so that a change of the machine's load affects both
        alone.append(sum(_seconds(manifest, runtime, n, N0, seed) for seed in range(jobs)) / jobs)
        joint.append(_seconds(manifest, runtime, jobs * n, jobs * N0, 0) / jobs)
    alone_ms, joint_ms = 1e3 * min(alone), 1e3 * min(joint)
    saved, of_all = alone_ms - joint_ms, OVERHEAD_MS + alone_ms
    print(
        f"{manifest.name:20} {n:6} {runtime.rows:5} {alone_ms:9.2f} {joint_ms:9.2f} "
        f"{saved / alone_ms:7.1%} {saved / of_all:11.1%}"
    )


def _seconds(manifest: ModelManifest, runtime: Runtime, n: int, n0: int, seed: int) -> float:
    """Return the processor time of selection and estimation of one job."""
    x, block = _example(manifest), block_size_for(manifest, "cpu")
    request = SampleRequest(FIRST_ORDER, 0, SIGMA, seed, 0, n, block)
    began = time.process_time()
    select_class(runtime, x, SIGMA, n0, seed, block)
    sample(runtime, x, request, lambda _: None)
    return time.process_time() - began


def _example(manifest: ModelManifest) -> NDArray[np.float32]:
    return np.full(manifest.input.shape, (manifest.input.low + manifest.input.high) / 2, dtype=np.float32)


if __name__ == "__main__":
    main()
