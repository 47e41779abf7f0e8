"""Measure what a job costs besides its samples: fixed overhead, waiting behind a huge job, more workers.

    python -m benchmarks.jobs_overhead
    python -m benchmarks.jobs_overhead --scaling-samples 200000 --jobs 50

All over HTTP, on the mnist model, with the whole service started on free ports.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks import machine, networks
from benchmarks.service import Work, await_certificate, run_job, running, submit
from benchmarks.setup import example
from certify_client import CertificationClient, Parameters
from certify_client.records import State
from registry import Registry
from worker.cores import usable_cores

MODEL = "mnist"
TINY = 2
SMALL = 1_000
HUGE = 100_000_000
HUGE_STARTED = 10_000
"""The huge job counts as started once this many of its samples have been counted."""


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--jobs", type=int, default=20, help="jobs of each latency figure (default: 20)")
    parser.add_argument("--scaling-samples", type=int, default=400_000, help="default: 400000")
    parser.add_argument(
        "--repetitions", type=int, default=3, help="turns of each scaling figure (default: 3)"
    )
    options = parser.parse_args()
    for name, value in machine.describe().items():
        print(f"{name}: {value}")
    with tempfile.TemporaryDirectory() as folder:
        models = Path(folder) / "models"
        models.mkdir()
        networks.prepare(models, MODEL)
        work = _work(models)
        with running(models, Path(folder) / "latency", processes=usable_cores(), threads=1) as client:
            run_job(client, _sized(work, SMALL, 0))  # loads the model
            _latencies(client, work, options.jobs)
        _scaling(models, Path(folder), _sized(work, options.scaling_samples, 1), options.repetitions)


def _work(models: Path) -> Work:
    x = example(Registry(models).get(MODEL))
    parameters = Parameters(model=MODEL, certifier="first_order", sigma=0.25, n0=TINY)
    return Work(parameters, x.shape, [float(value) for value in x.ravel()])


def _sized(work: Work, n: int, seed: int) -> Work:
    return replace(work, parameters=replace(work.parameters, n=n, seed=seed))


def _latencies(client: CertificationClient, work: Work, jobs: int) -> None:
    """Print the latencies of small jobs on an idle service, then behind a huge job."""
    for n in (TINY, SMALL):
        _report(f"n = {n}, idle service", [run_job(client, _sized(work, n, seed)) for seed in range(jobs)])
    huge = submit(client, _sized(work, HUGE, 0))
    while client.get(huge.id).progress.samples_done < HUGE_STARTED:
        time.sleep(0.1)
    try:
        behind = [run_job(client, _sized(work, SMALL, seed)) for seed in range(jobs)]
        still = client.get(huge.id)
        if still.status is not State.RUNNING:
            raise SystemExit(f"the huge job is {still.status}: there was nothing to wait behind")
        _report(f"n = {SMALL}, while a job of {HUGE:.0e} runs", behind)
        print(f"the huge job meanwhile: {still.progress.samples_per_second or 0:.0f} samples/s")
    finally:
        client.cancel(huge.id)


def _report(title: str, seconds: list[float]) -> None:
    milliseconds = sorted(1000 * value for value in seconds)
    print(
        f"{title}: median {statistics.median(milliseconds):.0f} ms, least {milliseconds[0]:.0f}, "
        f"most {milliseconds[-1]:.0f} ({len(milliseconds)} jobs, one after another)"
    )


def _scaling(models: Path, folder: Path, work: Work, repetitions: int) -> None:
    """Time one job on one and on two single-threaded workers; both services run, and take turns."""
    one = running(models, folder / "one", workers=1, processes=1, threads=1)
    two = running(models, folder / "two", workers=2, processes=1, threads=1)
    with one as alone, two as pair:
        for client in (alone, pair):
            for _ in range(4):  # every worker loads the model
                run_job(client, replace(work, parameters=replace(work.parameters, n=20_000)))
        turns = [(run_job(alone, work), run_job(pair, work)) for _ in range(repetitions)]
        counts = [_counts(client, work) for client in (alone, pair)]
    n = work.parameters.n or 0
    print(
        f"n = {n}: one worker {n / statistics.median(t[0] for t in turns):.0f} samples/s, "
        f"two {n / statistics.median(t[1] for t in turns):.0f}, "
        f"ratio {statistics.median(t[0] / t[1] for t in turns):.2f} (median of {repetitions} turns); "
        f"counts of the same seed {'equal' if counts[0] == counts[1] else 'DIFFER'}"
    )


def _counts(client: CertificationClient, work: Work) -> object:
    job = await_certificate(client, submit(client, work).id)
    return job.document["certificate"]["counts"]


if __name__ == "__main__":
    main()
