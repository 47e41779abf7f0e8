"""Compare sampling processes with PyTorch installed and unused, and without it: memory and processor time.

    python -m benchmarks.unused_pytorch
    python -m benchmarks.unused_pytorch --turns 9 --blocks 40

Each process loads the ONNX model mnist as a worker does and samples with every certifier. In every second one
PyTorch is hidden, as if it were not installed. Both kinds take turns, so that a change of the machine's load
affects both. ``imported`` must be ``no`` for both. Memory is resident MiB.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder

from benchmarks import machine

MODEL = "mnist"
SIGMA = 0.25
MEASURES = ("start cpu s", "imports MiB", "loaded MiB", "peak MiB", "cpu us/sample")


class WithoutPyTorch(PathFinder):
    """Finds every module but PyTorch's."""

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: object = None
    ) -> ModuleSpec | None:
        """Return where a module is, and None for PyTorch's."""
        return None if fullname.partition(".")[0] == "torch" else super().find_spec(fullname, path, target)  # type: ignore[arg-type]


def main() -> None:
    """Measure in turns and print the medians; or be one of the processes that are measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--turns", type=int, default=7, help="processes of each kind (default: 7)")
    parser.add_argument("--blocks", type=int, default=20, help="blocks of each certifier (default: 20)")
    parser.add_argument("--measure", choices=["installed", "absent"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure is not None:
        if options.measure == "absent":
            sys.meta_path[sys.meta_path.index(PathFinder)] = WithoutPyTorch
        print(json.dumps(measure(options.blocks)))
        return
    for name, value in machine.describe().items():
        print(f"{name}: {value}")
    kinds = ("installed", "absent")
    turns = [{kind: _one(kind, options.blocks) for kind in kinds} for _ in range(options.turns)]
    print(f"{'PyTorch':10}{'imported':>10}" + "".join(f"{name:>15}" for name in MEASURES))
    for kind in kinds:
        imported = "yes" if any(turn[kind]["imported"] for turn in turns) else "no"
        medians = (statistics.median(turn[kind][name] for turn in turns) for name in MEASURES)
        print(f"{kind:10}{imported:>10}" + "".join(f"{value:>15.2f}" for value in medians))
    ratios = (
        statistics.median(turn["installed"][name] / turn["absent"][name] for turn in turns)
        for name in MEASURES
    )
    print(f"{'ratio':20}" + "".join(f"{value:>15.3f}" for value in ratios))


def _one(kind: str, blocks: int) -> dict[str, float]:
    arguments = [
        sys.executable,
        "-m",
        "benchmarks.unused_pytorch",
        "--measure",
        kind,
        "--blocks",
        str(blocks),
    ]
    told = subprocess.run(arguments, stdout=subprocess.PIPE, check=True).stdout  # noqa: S603 - our own module
    answer: dict[str, float] = json.loads(told)
    return answer


def measure(blocks: int) -> dict[str, float]:
    """Return the figures of this process, which has imported nothing yet that computes."""
    import numpy as np  # noqa: PLC0415 - after PyTorch was hidden

    from benchmarks.memory import SHIPPED, resident, smallest_job  # noqa: PLC0415 - as above
    from benchmarks.setup import example  # noqa: PLC0415 - as above
    from certificates import CERTIFIERS  # noqa: PLC0415 - as above
    from registry import Registry  # noqa: PLC0415 - as above
    from worker.loading import ModelCache  # noqa: PLC0415 - as above
    from worker.noise.sources import import_sources  # noqa: PLC0415 - as above
    from worker.queue.warm_up import warm_up  # noqa: PLC0415 - as above
    from worker.runtimes.runtime_loading import import_runtimes  # noqa: PLC0415 - as above
    from worker.sampling import sampler  # noqa: PLC0415 - as above
    from worker.sampling.block_size import block_size_for  # noqa: PLC0415 - as above

    registry = Registry(SHIPPED)
    manifest = registry.get(MODEL)
    warm_up()
    import_sources("cpu")
    import_runtimes("cpu", {manifest.entry.name})
    started, imported = time.process_time(), resident()
    x = np.ascontiguousarray(example(manifest))
    runtime = ModelCache(registry, "cpu", 1).for_spec(smallest_job(manifest, x)).runtime
    loaded, block, spent, drawn = resident(), block_size_for(manifest, "cpu"), 0.0, 0
    for certifier in CERTIFIERS:
        for n in (block, blocks * block):  # the first is not counted
            request = sampler.SampleRequest(certifier, 0, SIGMA, 1, 0, n, block)
            began = time.process_time()
            sampler.sample(runtime, x, request, lambda _: None)
            spent, drawn = (spent + time.process_time() - began, drawn + n) if n > block else (spent, drawn)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    figures = dict(zip(MEASURES, (started, imported, loaded, peak, 1e6 * spent / drawn), strict=True))
    return {"imported": float("torch" in sys.modules), **figures}


if __name__ == "__main__":
    main()
