"""Broken model files against a live service: each fails its own job with a reason, and nothing else."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from scripts.export import Value
from tests.fuzz.broken_models import GOOD_ONNX, GOOD_TORCHSCRIPT, broken_files
from tests.support.gateway import running_gateway
from tests.support.lease_holders import leases_of
from tests.support.model_folders import write_folder
from tests.support.stack import Stack, running_stack
from tests.support.wait import wait_until

INPUT: dict[str, Any] = {"kind": "tensor", "shape": [2], "low": -4.0, "high": 4.0}
IMPATIENT: dict[str, object] = {"visibility_timeout_s": 3, "stall_s": 3.0, "max_attempts": 1}
CRASHES = {"endless", "script-crashes"}
"""Files that end the process that reads them, or never end: these steps are tried ``max_attempts`` times."""
AT_ONCE = {
    "empty",
    "torchscript-as-onnx",
    "script-empty",
    "script-truncated",
    "script-no-archive",
    "script-empty-archive",
    "script-plain-pickle",
}
"""Files whose first and last bytes show that they are no model: no job is accepted for them."""
REASONS = {"huge-answer": "out_of_memory"} | dict.fromkeys(CRASHES, "worker_crashed")
"""Failures that are not ``model_broken``."""


@dataclass(frozen=True, slots=True)
class Service:
    """A running service whose models directory holds good and broken files."""

    stack: Stack
    http: httpx.Client
    marker: Path
    broken: frozenset[str]

    def submit(self, model: str) -> str:
        """Submit a job that must be accepted."""
        tensor = {"shape": [2], "data": [0.5, 0.0]}
        body = {"model": model, "certifier": "first_order", "sigma": 1.0, "n": 4000, "seed": 7}
        answer = self.http.post("/v1/certifications", json={**body, "tensor": tensor})
        assert answer.status_code == 202, (model, answer.text)
        job_id: str = answer.json()["id"]
        return job_id

    def finished(self, job_id: str) -> dict[str, Any]:
        """Wait for a job to end."""

        def ended() -> dict[str, Any] | None:
            job: dict[str, Any] = self.http.get(f"/v1/certifications/{job_id}").json()
            return job if job["finished_at"] else None

        job = wait_until(ended, f"job {job_id} to end", interval=0.05)
        assert job is not None
        return job

    def counts(self, model: str) -> dict[str, Any]:
        """Certify with a good model and return what was counted."""
        job = self.finished(self.submit(model))
        assert job["status"] == "succeeded", job["failure"]
        counted: dict[str, Any] = job["certificate"]["counts"]
        return counted


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder, models = tmp_path_factory.mktemp("service"), tmp_path_factory.mktemp("models")
    marker, outside = folder / "marker", models / "outside.bin"
    np.ones(2000, np.float32).tofile(outside)
    files = broken_files(str(marker), str(outside))
    good = {"good": ("onnx", GOOD_ONNX), "good-script": ("torchscript", GOOD_TORCHSCRIPT)}
    for name, (runtime, data) in (files | good).items():
        fields: dict[str, Value] = {"runtime": runtime, "batch_size": 256}
        write_folder(models, name, data, file="model.bin", fields=fields, input_table=INPUT)
        np.ones(2000, np.float32).tofile(models / name / outside.name)
    with (
        running_stack(folder, models, processes=2, **IMPATIENT) as stack,
        running_gateway(folder, stack.server.url, models) as gateway,
        httpx.Client(base_url=gateway.url, timeout=60) as http,
    ):
        yield Service(stack, http, marker, frozenset(files))
        assert gateway.process.poll() is None
        assert "Traceback" not in gateway.log


def test_every_broken_file_fails_its_own_job_alone(service: Service) -> None:
    before = {model: service.counts(model) for model in ("good", "good-script")}
    main_process = service.stack.worker.pid
    jobs = {name: service.submit(name) for name in sorted(service.broken - AT_ONCE)}
    holder = wait_until(
        lambda: leases_of(service.stack.client, jobs["endless"]).get("select"), "the endless one to begin"
    )
    assert holder is not None
    os.kill(holder, signal.SIGKILL)  # as the step's limit does, after `CERTIFY_STEP_LIMIT_S`
    ended = {name: service.finished(job_id) for name, job_id in jobs.items()}
    for name, job in ended.items():
        assert job["status"] == "failed", name
        failure, expected = job["failure"], REASONS.get(name, "model_broken")
        assert failure["type"] == expected, (name, failure)
        assert len(failure["detail"]) > 20, (name, failure)
        assert job["certificate"] is None
    for name in CRASHES:
        assert "ended its worker process 1 times" in ended[name]["failure"]["detail"]
    assert {model: service.counts(model) for model in before} == before
    assert service.stack.worker.pid == main_process
    assert any(record.pid == main_process for record in service.stack.liveness.live_workers())
    assert not service.marker.exists(), "a pickle acted"


def test_a_file_that_is_no_model_is_refused_at_once(service: Service) -> None:
    for name in sorted(AT_ONCE):
        job = {"model": name, "sigma": 1.0, "tensor": {"shape": [2], "data": [0.5, 0.0]}}
        answer = service.http.post("/v1/certifications", json=job)
        assert answer.status_code == 409, name
        assert "cannot be used: file: model.bin is " in answer.json()["detail"]
    assert not service.marker.exists(), "a pickle acted"


def test_a_model_found_broken_is_refused_from_then_on(service: Service) -> None:
    service.counts("good")
    job = {"model": "truncated", "sigma": 1.0, "tensor": {"shape": [2], "data": [0.5, 0.0]}}
    wait_until(lambda: service.http.post("/v1/certifications", json=job).status_code == 409, "the verdict")
    assert service.http.get("/health/ready").status_code == 200
    listed = {model["name"]: model for model in service.http.get("/v1/models").json()["models"]}
    assert "is not a complete ONNX file" in listed["truncated"]["unloadable"]
    assert service.http.get("/v1/models/truncated").json() == listed["truncated"]
    assert listed["good"]["unloadable"] is None
