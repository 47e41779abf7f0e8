"""Who has cancelled a job sees that from then on, at every gateway, even if others poll it all the time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.gateway import Gateway, running_gateway
from tests.support.server import Server

JOB = {"model": "plane", "sigma": 0.5, "tensor": {"shape": [2], "data": [0.25, 0.5]}}
TRIES = 10


@contextmanager
def polled(url: str) -> Iterator[None]:
    """Poll an address without a pause until the block ends."""
    over = threading.Event()

    def poll() -> None:
        with httpx.Client() as client:
            while not over.is_set():
                client.get(url, timeout=60)

    thread = threading.Thread(target=poll)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_cancelled_job_is_cancelled_everywhere(
    gateway: Gateway, shared_server: Server, models_dir: Path, tmp_path: Path
) -> None:
    with (
        running_gateway(tmp_path, shared_server.url, models_dir) as other,
        httpx.Client(timeout=60) as client,
    ):
        for _ in range(TRIES):
            path = client.post(f"{gateway.url}/v1/certifications", json=JOB).headers["location"]
            here, there = gateway.url + path, other.url + path
            with polled(there):
                client.get(there)
                assert client.delete(here).json()["status"] == "cancelled"
                assert client.get(there).json()["status"] == "cancelled"
                assert client.get(here).json()["status"] == "cancelled"


def test_the_rows_of_a_cancelled_run_too(
    gateway: Gateway, shared_server: Server, models_dir: Path, tmp_path: Path
) -> None:
    run = {"name": "points", "model": "plane", "sigma": 0.5}
    with (
        running_gateway(tmp_path, shared_server.url, models_dir) as other,
        httpx.Client(timeout=60) as client,
    ):
        for _ in range(TRIES):
            begun = client.post(f"{gateway.url}/v1/runs", json=run).headers["location"]
            row = {"key": "a", "tensor": JOB["tensor"]}
            added = client.post(f"{gateway.url}{begun}/rows", json=row).json()
            there = f"{other.url}/v1/certifications/{added['id']}"
            with polled(there):
                client.get(there)
                client.delete(f"{gateway.url}{begun}")
                assert client.get(there).json()["status"] == "cancelled"
