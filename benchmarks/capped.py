"""Measure what a cap on open jobs costs a client that certifies many inputs.

    python -m benchmarks.capped
    python -m benchmarks.capped --jobs 400 --cap 10 --turns 3

The same jobs go to two services, one with the cap and one without, in turns: by ``certify_many`` and as a
run, as ``certify dataset`` feeds it. The cap costs little if the workers stay busy. All over HTTP, on the
mnist model, with the services started on free ports.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks import machine, networks
from benchmarks.service import ServiceFailed, running
from benchmarks.setup import example
from certify_client import CertificationClient, Parameters, State
from certify_client.datasets.rows_of_data import DataRow
from certify_client.input_files import TensorFile
from certify_client.run_feeding import Feeder
from registry import Registry
from worker.cores import usable_cores

MODEL = "mnist"
Way = Callable[[CertificationClient, Sequence[TensorFile], Parameters], None]


def main() -> None:
    """Measure both ways on both services and print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--jobs", type=int, default=200, help="inputs of each turn (default: 200)")
    parser.add_argument("--n", type=int, default=2000, help="samples of each job (default: 2000)")
    parser.add_argument("--cap", type=int, default=20, help="open jobs of the capped service (default: 20)")
    parser.add_argument("--turns", type=int, default=1, help="turns of each figure (default: 1)")
    options = parser.parse_args()
    for name, value in machine.describe().items():
        print(f"{name}: {value}")
    parameters = Parameters(MODEL, "first_order", sigma=0.25, n=options.n, seed=1)
    with tempfile.TemporaryDirectory() as folder:
        models = Path(folder) / "models"
        models.mkdir()
        networks.prepare(models, MODEL)
        inputs = [TensorFile(example(Registry(models).get(MODEL)))] * options.jobs
        cap = {"CERTIFY_MAX_ACTIVE_JOBS": str(options.cap)}
        cores = usable_cores()
        free = running(models, Path(folder) / "free", processes=cores, threads=1)
        capped = running(models, Path(folder) / "capped", processes=cores, threads=1, settings=cap)
        with free as without, capped as with_cap:
            _compare({"no cap": without, f"cap {options.cap}": with_cap}, inputs, parameters, options.turns)


def _compare(
    services: dict[str, CertificationClient],
    inputs: Sequence[TensorFile],
    parameters: Parameters,
    turns: int,
) -> None:
    ways: dict[str, Way] = {"certify_many": _many, "run": _as_a_run}
    for client in services.values():
        _many(client, inputs[:10], parameters)  # loads the model
    for title, way in ways.items():
        taken: dict[str, list[float]] = {name: [] for name in services}
        for _ in range(turns):
            for name, client in services.items():
                start = time.perf_counter()
                way(client, inputs, parameters)
                taken[name].append(time.perf_counter() - start)
        told = ", ".join(f"{name} {statistics.median(each):.1f} s" for name, each in taken.items())
        print(f"{title}, {len(inputs)} jobs of n = {parameters.n}: {told}")


def _many(client: CertificationClient, inputs: Sequence[TensorFile], parameters: Parameters) -> None:
    for outcome in client.certify_many(inputs, parameters):
        if outcome.job is None or outcome.job.status is not State.SUCCEEDED:
            raise ServiceFailed(f"input {outcome.index}: {outcome.fault or outcome.job}")


def _as_a_run(client: CertificationClient, inputs: Sequence[TensorFile], parameters: Parameters) -> None:
    fields = {name: value for name, value in asdict(parameters).items() if value is not None}
    run = client.runs.begin("capped", fields)
    feeder = Feeder(client.runs, run.id, lambda _: None)
    feeder.feed(DataRow(i, str(i), None, lambda given=given: given) for i, given in enumerate(inputs))  # type: ignore[misc]
    if feeder.wait().rows.succeeded != len(inputs):
        raise ServiceFailed(f"run {run.id} did not succeed: {feeder.failed}")


if __name__ == "__main__":
    main()
