"""Load models and sample jobs with little memory: ``python -m tests.support.limited_memory``.

Arguments: the models directory; the mebibytes beside what the process has once all is imported (0: no
limit); and jobs, each as ``model:rows`` with the rows of a plan to follow (0: there is no plan), which a job
of the same model without a plan precedes. Prints for each job the rows of a pass, the evaluations of a block
and the counts; or the error.
"""

from __future__ import annotations

import gc
import json
import logging
import resource
import sys
from pathlib import Path

import numpy as np

from certificates import FIRST_ORDER, Noise, Weights
from jobs.job_errors import PermanentFailure
from jobs.plan import Plan, RuntimeIdentity
from jobs.spec import JobSpec
from registry import ModelError, Registry
from tests.support.fleets import here
from tests.support.specs import submission
from worker.loading import LoadedModel, ModelCache
from worker.noise.sources import import_sources
from worker.queue.warm_up import warm_up
from worker.runtimes.runtime_loading import import_runtimes
from worker.sampling.block_size import block_size_for
from worker.sampling.sampler import SampleRequest, sample

X = np.array([0.5, 0.25, 0.0], np.float32)
N = 1030


def main() -> None:
    """Run as the module says."""
    directory, headroom, *jobs = sys.argv[1:]
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    registry = Registry(Path(directory))
    warm_up()
    import_sources("cpu")
    import_runtimes("cpu", {"onnx", "torchscript"})
    gc.collect()  # what importing and compiling left is not to become free later
    if headroom != "0":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + int(headroom) * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    stated: dict[str, RuntimeIdentity] = {}
    sys.stdout.write(json.dumps([answer(registry, stated, *job.split(":")) for job in jobs]))


def answer(registry: Registry, stated: dict[str, RuntimeIdentity], name: str, rows: str) -> dict[str, object]:
    """Carry out one job. ``stated`` has the identities of models that were loaded without a plan."""
    spec = submission(X, model=name, model_sha256=registry.get(name).sha256).spec
    try:
        loaded = load(registry, stated, spec, int(rows))
    except (ModelError, PermanentFailure) as error:
        return {"error": str(error), "kind": getattr(error, "failure_type", "")}
    block = block_size_for(loaded.manifest, "cpu")
    request = SampleRequest(FIRST_ORDER, 1, spec.sigma, spec.noise_seed, 0, N, block)
    evidence = sample(loaded.runtime, X, request, lambda _: None)
    return {"rows": loaded.runtime.rows, "block": block, "counts": evidence.to_dict()}


def load(registry: Registry, stated: dict[str, RuntimeIdentity], spec: JobSpec, rows: int) -> LoadedModel:
    """Load as for a job without a plan, or with one that was made in passes of these rows."""
    cache = ModelCache(registry, "cpu", 1)
    if not rows:
        loaded = cache.for_spec(spec)
        stated[spec.model] = loaded.identity(Noise.GAUSSIAN)
        return loaded
    # Another worker stated this identity; here it is that of the rows which fit, with the other's rows.
    runtime = stated[spec.model].model_copy(update={"rows": rows})
    manifest = registry.get(spec.model)
    plan = Plan(
        target=1,
        label="positive",
        manifest_sha256=manifest.fingerprint,
        batch=block_size_for(manifest, "cpu"),
        blocks=1,
        shard_blocks=1,
        weights=Weights.SCORES,
        runtime=runtime,
        fleet=here(),
    )
    return cache.for_plan(spec, plan)


if __name__ == "__main__":
    main()
