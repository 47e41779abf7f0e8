"""Compare the simulation of a fleet with the real service, and measure what requests cost a gateway."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from benchmarks import networks
from benchmarks.fleet_model import Costs, Fleet, Load, simulate
from benchmarks.service import Work, await_certificate, run_job, running, submit
from benchmarks.setup import example
from certify_client import CertificationClient, Parameters
from registry import Registry

MODEL: Final = "mnist"
SMALL, LARGE, N = 20_000, 200_000, 100_000
"""Samples of the jobs that a worker's pace is measured with, and of those that are predicted."""
JOBS: Final = 20
WITHIN: Final = 0.15
REQUESTS: Final = 300
TICK_S: Final = 1 / os.sysconf("SC_CLK_TCK")


def check() -> bool:
    """Predict how long jobs take on 1 and 2 workers of one process; say whether both are within 15 %."""
    good = True
    with tempfile.TemporaryDirectory() as folder:
        for workers in (1, 2):
            with _service(Path(folder) / str(workers), workers) as (client, work):
                for number in range(4 * workers):  # every worker loads the model
                    run_job(client, _sized(work, SMALL, number))
                alone = min(run_job(client, _sized(work, SMALL, 10 + turn)) for turn in range(5))
                larger = min(run_job(client, _sized(work, LARGE, 20 + turn)) for turn in range(3))
                pace = workers * (larger - alone) / (LARGE - SMALL)  # one job is shared by all workers
                began = time.perf_counter()
                for job in [submit(client, _sized(work, N, 100 + number)) for number in range(JOBS)]:
                    await_certificate(client, job.id)
                took = time.perf_counter() - began
            fleet = Fleet(processes=workers, polls=1 / workers)
            told = simulate(Costs.read(), fleet, Load(JOBS, N * pace)).elapsed_s
            off = told / took - 1
            good = good and abs(off) <= WITHIN
            print(f"{workers} workers: {JOBS} jobs took {took:.2f} s, simulated {told:.2f} s ({off:+.0%})")
    return good


def measure() -> None:
    """Print the processor time of a gateway for a submission, and for a stream of a job that has ended."""
    with tempfile.TemporaryDirectory() as folder, _service(Path(folder) / "costs", 1) as (client, work):
        run_job(client, _sized(work, SMALL, 0))
        gateway = _gateway()
        jobs: list[str] = []

        def each(action: Callable[[int], object]) -> float:
            before = _processor_s(gateway)
            for number in range(REQUESTS):
                action(number)
            return (_processor_s(gateway) - before) / REQUESTS

        submission = each(lambda number: jobs.append(submit(client, _sized(work, 2, 1000 + number)).id))
        await_certificate(client, jobs[-1])
        print(f"submission: {submission:.5f} s")
        print(f"stream of an ended job: {each(lambda number: list(client.events(jobs[number]))):.5f} s")


class _service:  # noqa: N801 - a context manager, used like a function
    """The whole service on the model of digits, with a job for it."""

    def __init__(self, folder: Path, workers: int) -> None:
        folder.mkdir()
        models = folder / "models"
        models.mkdir()
        networks.prepare(models, MODEL)
        x = example(Registry(models).get(MODEL))
        parameters = Parameters(model=MODEL, certifier="first_order", sigma=0.25, n0=2)
        self._work = Work(parameters, x.shape, [float(value) for value in x.ravel()])
        self._running = running(models, folder / "data", workers=workers, processes=1, threads=1)

    def __enter__(self) -> tuple[CertificationClient, Work]:
        return self._running.__enter__(), self._work

    def __exit__(self, *error: object) -> None:
        self._running.__exit__(None, None, None)


def _sized(work: Work, n: int, seed: int) -> Work:
    return replace(work, parameters=replace(work.parameters, n=n, seed=seed))


def _gateway() -> int:
    """Return the id of the gateway among this process's descendants."""
    for place in Path("/proc").iterdir():
        if place.name.isdecimal():
            with suppress(OSError):  # it may have ended meanwhile
                command = (place / "cmdline").read_bytes().split(b"\0")
                if command[1:3] == [b"-m", b"service"] and _parent(_parent(int(place.name))) == os.getpid():
                    return int(place.name)
    raise SystemExit("the gateway is not found")


def _fields(process: int) -> list[str]:
    """Return what the system says of a process, from its state on."""
    return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()


def _parent(process: int) -> int:
    return int(_fields(process)[1])


def _processor_s(process: int) -> float:
    fields = _fields(process)
    return (int(fields[11]) + int(fields[12])) * TICK_S
