"""A certifier that is registered, and no more, goes from a request over HTTP to a verified certificate."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.program import Program
from tests.support.server import free_port, running_server
from tests.support.toy_certifier import NAME
from tests.support.wait import wait_until

PROGRAM = "tests.support.toy_certifier"
ASKED = {
    "model": "half-space",
    "tensor": {"shape": [2], "data": [0.5, 0.25]},
    "sigma": 0.5,
    "n": 20_000,
    "seed": 7,
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, models_dir: Path) -> Iterator[httpx.Client]:
    """A gateway and a worker that know the certifier."""
    folder = tmp_path_factory.mktemp("service")
    with running_server(tmp_path_factory.mktemp("valkey")) as server:
        port = free_port()
        settings = {"redis_url": server.url, "models_dir": models_dir}
        gateway = Program((PROGRAM, "service"), folder / "gateway.log", port=port, **settings)
        worker = Program((PROGRAM, "worker"), folder / "worker.log", processes=1, **settings)
        programs = gateway, worker
        for program in programs:
            program.start()
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20.0) as client:
                wait_until(lambda: ready(client, programs), "the service to be ready", 60)
                yield client
        finally:
            for program in programs:
                program.kill()


def ready(client: httpx.Client, programs: tuple[Program, ...]) -> bool:
    for program in programs:
        assert not program.ended, program.log_text()
    try:
        return client.get("/health/ready").is_success
    except httpx.TransportError:
        return False


def certified(client: httpx.Client, certifier: str, **more: object) -> dict[str, Any]:
    """Submit a job as JSON and return the answer once it has ended."""
    posted = client.post("/v1/certifications", json=ASKED | {"certifier": certifier} | more)
    assert posted.status_code == 202, posted.text
    place = posted.headers["location"]
    wait_until(lambda: client.get(place).json()["status"] not in {"queued", "running"}, "the job to end", 60)
    job: dict[str, Any] = client.get(place).json()
    assert job["status"] == "succeeded", job
    return job


def verified(job: dict[str, Any], *entry: str) -> int:
    """Run ``certify verify`` in a process of its own and return its exit status."""
    command = [sys.executable, "-m", *entry, "verify", "-"]
    return subprocess.run(command, input=json.dumps(job).encode(), timeout=60, check=False).returncode


def test_it_is_certified_and_verified_where_it_is_registered(service: httpx.Client) -> None:
    job, plain = certified(service, NAME), certified(service, "first_order")
    certificate = job["certificate"]
    assert (
        certificate["certifier"] == certificate["claim"]["certifier"] == job["request"]["certifier"] == NAME
    )
    assert certificate["counts"] == plain["certificate"]["counts"]
    assert 0.4 < certificate["radius"] < plain["certificate"]["radius"]
    assert verified(job, PROGRAM, "certify_client") == 0
    certificate["radius"] += 1e-6
    assert verified(job, PROGRAM, "certify_client") == 1
    assert verified(job, "certify_client") == 2


def test_a_job_of_it_ends_at_a_stop_radius(service: httpx.Client) -> None:
    job = certified(service, NAME, n=200_000, stop={"radius": 0.3})
    assert job["certificate"]["ended_by"] == "stop_radius"
    assert job["certificate"]["n"] < 200_000
    assert verified(job, PROGRAM, "certify_client") == 0


def test_the_api_names_it(service: httpx.Client) -> None:
    description = service.get("/openapi.json").json()
    assert description["components"]["schemas"]["Certifier"]["enum"][-1] == NAME
    refused = service.post("/v1/certifications", json=ASKED | {"certifier": "third_order"})
    assert refused.status_code == 422
    assert f"'dipole' or '{NAME}'" in refused.text


def test_the_command_line_names_it() -> None:
    command = [sys.executable, "-m", PROGRAM, "certify_client", "file", "--help"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert NAME in told
