"""The service with the shipped models, and what it answers to many jobs at once. HTTP alone is used."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.support.gateway import running_gateway
from tests.support.places import SHIPPED_MODELS
from tests.support.stack import running_stack
from tests.support.wait import wait_until

MODELS = ("mnist", "mnist-torchscript", "swiss-roll")
SHARD_S = 0.02
"""Time a shard aims at: so short that jobs of many blocks are cut into several on any machine."""
JOBS = "/v1/certifications"
BY_MACHINE = ("runtime", "provider", "precision", "memory_format", "rows", "threads", "row_scores")
"""Fields of a certificate's model that say on what it was computed: they may vary with the machine."""


@contextmanager
def running_service(folder: Path) -> Iterator[httpx.Client]:
    """Run server, worker and gateway with data in ``folder`` until the block ends."""
    models = folder / "models"
    for name in MODELS:
        shutil.copytree(SHIPPED_MODELS / name, models / name)
    with (
        running_stack(folder, models, processes=2, shard_s=SHARD_S) as stack,
        running_gateway(folder, stack.server.url, models) as gateway,
        httpx.Client(base_url=gateway.url, timeout=60) as client,
    ):
        yield client


def finished(service: httpx.Client, bodies: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Submit all, wait for all, and return the jobs in the order of the bodies."""
    paths = [submit(service, body) for body in bodies]
    return [_ended(service, path) for path in paths]


def submit(service: httpx.Client, body: dict[str, Any]) -> str:
    """Submit a job and return its path."""
    answer = service.post(JOBS, json=body)
    assert answer.status_code == 202, answer.text
    path: str = answer.headers["location"]
    return path


def comparable(certificate: dict[str, Any]) -> dict[str, Any]:
    """Return a certificate without what may vary with the machine."""
    model = {name: value for name, value in certificate["model"].items() if name not in BY_MACHINE}
    return {**certificate, "model": model}


def _ended(service: httpx.Client, path: str) -> dict[str, Any]:
    wait_until(lambda: service.get(path).json()["finished_at"], f"{path} to end")
    job: dict[str, Any] = service.get(path).json()
    assert job["status"] == "succeeded", job["failure"]
    return job
