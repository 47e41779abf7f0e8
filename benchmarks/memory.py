"""Measure the memory that a sampling process needs for each model: ``python -m benchmarks.memory``.

A fresh process loads each model as a worker does, samples two blocks with every certifier that the model
allows, and merges the gradient sums with as many again. ``large`` and ``summed`` are artificial models: of
2**24 inputs, the most that a manifest may state, and of 2**21, the most for second order. The table shows
resident MiB after the imports, after the model is loaded, and at the peak; ``own`` is what one more process
adds, since processes share the libraries.
"""

from __future__ import annotations

import hashlib
import math
import multiprocessing
import resource
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from benchmarks import machine
from certificates import CERTIFIERS, FIRST_ORDER, Bounds, Claim, Evidence, Noise
from certificates.claim.claim_rules import LARGEST_SUMS
from jobs.packed_sums import pack_sums, unpack_sums
from jobs.spec import InputRecord, JobSpec
from registry import ModelManifest, Registry
from registry.input_spec import MAX_ELEMENTS
from worker.fixed_function.trial_times import turns_of

SHIPPED = Path(__file__).parent.parent / "models"
SIGMA = 0.25
COLUMNS = ("model", "d", "rows", "block", "pass MiB", "imports", "loaded", "peak", "own")


def main() -> None:
    """Measure and print a table."""
    for name, value in machine.describe().items():
        print(f"{name}: {value}")
    print(("{:20}" + "{:>10}" * (len(COLUMNS) - 1)).format(*COLUMNS))
    with tempfile.TemporaryDirectory() as folder:
        _write_mean(Path(folder), "large", MAX_ELEMENTS)
        _write_mean(Path(folder), "summed", LARGEST_SUMS)
        for models in (SHIPPED, Path(folder)):
            for name in Registry(models).names():
                fresh = multiprocessing.get_context("spawn")
                with ProcessPoolExecutor(max_workers=1, mp_context=fresh) as pool:
                    print(pool.submit(measure, models, name).result())


def measure(models: Path, name: str) -> str:
    """Return the row of one model, measured in this process."""
    from worker.loading import ModelCache  # noqa: PLC0415 - as above
    from worker.noise.sources import import_sources  # noqa: PLC0415 - as above
    from worker.queue.warm_up import warm_up  # noqa: PLC0415 - as above
    from worker.runtimes.runtime_loading import import_runtimes  # noqa: PLC0415 - as above
    from worker.sampling import sampler  # noqa: PLC0415 - its memory is what is measured
    from worker.sampling.block_size import block_size_for  # noqa: PLC0415 - as above

    registry = Registry(models)
    manifest = registry.get(name)
    warm_up()
    import_sources("cpu")
    import_runtimes("cpu", {manifest.entry.name})
    imported = resident()
    x = np.full(manifest.input.shape, (manifest.input.low + manifest.input.high) / 2, dtype=np.float32)
    loaded = ModelCache(registry, "cpu", 1).for_spec(smallest_job(manifest, x))
    rows, block = loaded.runtime.computation.rows, block_size_for(manifest, "cpu")
    after = resident()
    for certifier in CERTIFIERS:
        if Claim(certifier, Bounds.TIGHT, SIGMA, 0.001, 2 * block, manifest.d).problems(len(manifest.labels)):
            continue  # the service refuses it
        request = sampler.SampleRequest(certifier, 0, SIGMA, 1, 0, 2 * block, block)
        _merge(sampler.sample(loaded.runtime, x, request, lambda _: None))
        loaded.reference.check(x, SIGMA, 1, Noise.GAUSSIAN, turns_of(2 * block, rows))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 2**10
    shared = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[2]) * resource.getpagesize()
    per_pass = math.ceil(4 * rows * manifest.d / 2**20)
    figures = (manifest.d, rows, block, per_pass, imported, after, peak, peak - shared // 2**20)
    return ("{:20}" + "{:>10}" * len(figures)).format(name, *figures)


def _merge(shard: Evidence) -> None:
    """Add the gradient sums of two shards as they come from the store, and end the job with them."""
    if packed := pack_sums(shard.gradient):
        pack_sums(both := unpack_sums(packed) + unpack_sums(packed))
        both.condensed()


def resident() -> int:
    """Return the resident memory of this process now, in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() // 2**20


def smallest_job(manifest: ModelManifest, x: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> JobSpec:
    """Return a job on this model and input, for loading the model as a worker does."""
    digest = hashlib.sha256(x.tobytes()).hexdigest()
    scale = {"low": manifest.input.low, "high": manifest.input.high}
    record = InputRecord(shape=manifest.input.shape, sha256=digest, source="tensor", **scale)
    return JobSpec(
        model=manifest.name,
        model_sha256=manifest.sha256,
        certifier=FIRST_ORDER,
        sigma=SIGMA,
        n=2,
        n0=2,
        eta=0.001,
        seed=1,
        input=record,
    )


def _write_mean(models: Path, name: str, d: int) -> None:
    """Write a model of ``d`` inputs whose score is their mean."""
    import onnx  # noqa: PLC0415 - not in the processes that are measured
    from onnx import TensorProto, helper  # noqa: PLC0415 - as above

    from scripts.export import Value, write_model  # noqa: PLC0415 - as above

    nodes = [
        helper.make_node("ReduceMean", ["input"], ["mean"], axes=[1], keepdims=1),
        helper.make_node("Neg", ["mean"], ["other"]),
        helper.make_node("Concat", ["mean", "other"], ["scores"], axis=1),
    ]
    entry = helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", d])
    result = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 2])
    made = helper.make_graph(nodes, name, [entry], [result])
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.checker.check_model(model)
    head: dict[str, Value] = {
        "description": "The mean, and its opposite.",
        "runtime": "onnx",
        "labels": ["yes", "no"],
        "licence": "none needed",
        "source": "python -m benchmarks.memory",
    }
    table: dict[str, Value] = {"kind": "tensor", "shape": [d], "low": 0.0, "high": 1.0}
    write_model(models / name, "model.onnx", model.SerializeToString(), head, {"input": table})


if __name__ == "__main__":
    main()
