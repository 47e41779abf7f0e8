"""Run a service with a certifier, a law of noise and a runtime that only test code registers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO, TextIOWrapper
from pathlib import Path
from runpy import run_module
from typing import Any, Final

import httpx
import pytest

from tests.support.compiled_once import compile_once
from tests.support.program import Program
from tests.support.server import free_port, running_server
from tests.support.wait import wait_until

EXTENSIONS: Final = "tests.support.extensions"


def run_program() -> None:
    """Run the program that the arguments name, in a process that has registered something first."""
    del sys.argv[0]
    if sys.argv[0] == "worker":  # others import no loops
        compile_once()
    run_module(sys.argv[0], run_name="__main__", alter_sys=True)


@contextmanager
def extended_service(folder: Path, models_dir: Path) -> Iterator[httpx.Client]:
    """Run a server, a gateway and a worker until the block ends; both are run by ``EXTENSIONS``."""
    data = folder / "valkey"
    data.mkdir()
    with running_server(data) as server:
        port = free_port()
        settings = {"redis_url": server.url, "models_dir": models_dir}
        gateway = Program((EXTENSIONS, "service"), folder / "gateway.log", port=port, **settings)
        worker = Program((EXTENSIONS, "worker"), folder / "worker.log", processes=1, **settings)
        programs = gateway, worker
        for program in programs:
            program.start()
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=200) as client:
                wait_until(lambda: _ready(client, programs), "the service to be ready")
                yield client
        finally:
            for program in programs:
                program.kill()


def certified(client: httpx.Client, request: dict[str, Any]) -> dict[str, Any]:
    """Submit a job as JSON and return the answer once it has succeeded."""
    posted = client.post("/v1/certifications", json=request)
    assert posted.status_code == 202, posted.text
    place = posted.headers["location"]
    wait_until(lambda: client.get(place).json()["status"] not in {"queued", "running"}, "the job to end")
    job: dict[str, Any] = client.get(place).json()
    assert job["status"] == "succeeded", job
    return job


def verified(job: dict[str, Any], entry: str | None = None) -> int:
    """Return the exit status of ``certify verify``: run here, or by ``entry`` in a process of its own."""
    given = json.dumps(job).encode()
    if entry is not None:
        command = [sys.executable, "-m", entry, "certify_client", "verify", "-"]
        return subprocess.run(command, input=given, timeout=200, check=False).returncode
    from certify_client.cli import main  # noqa: PLC0415 - only after programs have registered what they add

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", TextIOWrapper(BytesIO(given)))
        with pytest.raises(SystemExit) as left:
            main(["verify", "-"])
    assert isinstance(left.value.code, int)
    return left.value.code


def _ready(client: httpx.Client, programs: tuple[Program, ...]) -> bool:
    for program in programs:
        assert not program.ended, program.log_text()
    try:
        return client.get("/health/ready").is_success
    except httpx.TransportError:
        return False
