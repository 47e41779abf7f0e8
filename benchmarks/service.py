"""Start the whole service on free ports of this machine, and use it over HTTP through its own client."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from certify_client import CertificationClient, Parameters
from certify_client.records import Job, State
from jobs.plan import Device

START_SECONDS = 120.0
JOB_SECONDS = 3600.0
STOP_SECONDS = 60.0


class ServiceFailed(Exception):
    """The service did not start, or a job did not succeed."""


@dataclass(frozen=True, slots=True)
class Work:
    """One job: its parameters, and its input as a flat list."""

    parameters: Parameters
    shape: tuple[int, ...]
    data: list[float]


@contextmanager
def running(
    models: Path,
    data: Path,
    *,
    workers: int = 1,
    processes: int,
    threads: int,
    device: Device = "cpu",
    settings: Mapping[str, str] | None = None,
) -> Iterator[CertificationClient]:
    """Start server, gateway and workers with ``processes`` sampling processes each; stop them at the end.

    ``settings`` are further variables of their environment.
    """
    server_port, port = _free_ports(2)
    data.mkdir(parents=True)
    environment = {key: value for key, value in os.environ.items() if key != "REDIS_URL"} | {
        "CERTIFY_MODELS_DIR": str(models),
        "CERTIFY_DATA_DIR": str(data),
        "CERTIFY_SERVER_PORT": str(server_port),
        "CERTIFY_PORT": str(port),
        "CERTIFY_WORKERS": str(workers),
        "CERTIFY_PROCESSES": str(processes),
        "CERTIFY_THREADS": str(threads),
        "CERTIFY_DEVICE": device,
        **(settings or {}),
    }
    log = data / "standalone.log"
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "standalone"], env=environment, stdout=output, stderr=output
        )
    try:
        with CertificationClient(f"http://127.0.0.1:{port}") as client:
            _wait_until_ready(client, process, log)
            yield client
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def run_job(client: CertificationClient, work: Work) -> float:
    """Submit one job and return the seconds until its certificate has arrived; raises ServiceFailed."""
    start = time.perf_counter()
    await_certificate(client, submit(client, work).id)
    return time.perf_counter() - start


def submit(client: CertificationClient, work: Work) -> Job:
    """Submit one job; the service answers once it is stored."""
    return client.submit(np.array(work.data).reshape(work.shape), work.parameters)


def await_certificate(client: CertificationClient, job_id: str) -> Job:
    """Follow a job until it has succeeded; raises ServiceFailed if it fails or does not end in time.

    This reads the job's stream of events. Polls would take processor time from the sampling that is measured.
    """
    end, ended = time.monotonic() + JOB_SECONDS, False
    while not ended:
        for event in client.events(job_id):
            ended = event.status.is_final
            if time.monotonic() > end:
                raise ServiceFailed(f"job {job_id} has not ended after {JOB_SECONDS:.0f} s")
    job = client.get(job_id)
    if job.status is not State.SUCCEEDED:
        raise ServiceFailed(f"job {job_id} {job.status}: {job.failure}")
    return job


def _wait_until_ready(client: CertificationClient, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while not client.ready():
        if process.poll() is not None or time.monotonic() > end:
            tail = "\n".join(log.read_text(encoding="utf-8").splitlines()[-20:])
            raise ServiceFailed(f"the service is not ready; the end of its log:\n{tail}")
        time.sleep(0.1)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()
