"""From HTTP to a certificate, with a real worker and the shipped model of digits."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from certificates import Bounds, Certifier, certify
from certificates.evidence import Evidence
from tests.service.gateway import running_gateway
from tests.service.test_jobs import parse
from tests.support.stack import running_stack
from tests.support.wait import wait_until

N = 2000
SEED = 20_250_101
DIGIT = 7


@pytest.fixture(scope="module")
def service(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("service")
    models = folder / "models"
    shutil.copytree(repository / "models" / "mnist", models / "mnist")
    with (
        running_stack(folder, models, processes=1) as stack,
        running_gateway(folder, stack.server.url, models, events_interval_s=0.02) as gateway,
        httpx.Client(base_url=gateway.url, timeout=30.0) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def digit(repository: Path) -> bytes:
    return (repository / "examples" / f"digit-{DIGIT}.png").read_bytes()


@pytest.fixture(scope="module")
def pixels(repository: Path) -> list[float]:
    with Image.open(repository / "examples" / f"digit-{DIGIT}.png") as picture:
        grey = np.asarray(picture.convert("L"))
    return [float(value) for value in (grey / 255).astype(np.float32).ravel()]


def finished(service: httpx.Client, answer: httpx.Response) -> dict[str, Any]:
    """Wait for a job to end and return it."""
    assert answer.status_code == 202, answer.text
    path = answer.headers["location"]
    wait_until(lambda: service.get(path).json()["finished_at"], "the job to end")
    job: dict[str, Any] = service.get(path).json()
    assert job["status"] == "succeeded", job["failure"]
    return job


@pytest.mark.parametrize("certifier", list(Certifier))
def test_the_same_input_gives_the_same_certificate_however_it_is_sent(
    service: httpx.Client, digit: bytes, pixels: list[float], certifier: Certifier
) -> None:
    fields = {"model": "mnist", "certifier": certifier.value, "n": N, "seed": SEED}
    text = base64.b64encode(digit).decode()
    tensor = {"shape": [1, 28, 28], "data": pixels}
    posted = finished(
        service, service.post("/v1/certifications", data=fields, files={"image": ("digit.png", digit)})
    )
    sent = finished(service, service.post("/v1/certifications", json={**fields, "image": text}))
    raw = finished(service, service.post("/v1/certifications", json={**fields, "tensor": tensor}))
    certificate = posted["certificate"]
    assert sent["certificate"] == certificate
    for name in ("radius", "prediction", "counts", "p_a", "c_s", "c_n", "gradient_norm", "model", "seed"):
        assert raw["certificate"][name] == certificate[name]
    assert raw["certificate"]["input"]["sha256"] == certificate["input"]["sha256"]
    check_certificate(posted, certifier)


def check_certificate(job: dict[str, Any], certifier: Certifier) -> None:
    """Check a certificate against its own counts and the request."""
    certificate = job["certificate"]
    evidence = Evidence.from_dict(certificate["counts"])
    again = certify(certifier, evidence, 0.25, 0.001, Bounds.PAPER).to_dict()
    assert {name: certificate[name] for name in again} == again
    assert certificate["prediction"] == {"index": DIGIT, "label": str(DIGIT)}
    assert certificate["abstained"] is False
    assert certificate["radius"] > 0
    assert certificate["radius_unit"] == "L2 distance in the input space of the model, in [0,1] pixel units"
    assert certificate["n"] == evidence.n == N
    assert certificate["n0"] == 100
    assert certificate["seed"] == str(SEED)
    assert certificate["input"] == job["request"]["input"]
    assert certificate["model"]["sha256"] == job["request"]["model_sha256"]
    assert certificate["model"]["provider"] == "CPUExecutionProvider"
    assert (certificate["c_s"] is None) == (certifier is not Certifier.DIPOLE)
    assert (certificate["gradient_norm"] is None) == (certifier is not Certifier.SECOND_ORDER)
    assert job["progress"]["samples_done"] == job["progress"]["samples_total"] == N


def test_events_end_with_the_certificate(service: httpx.Client, digit: bytes) -> None:
    fields = {"model": "mnist", "n": N}
    answer = service.post("/v1/certifications", data=fields, files={"image": digit})
    events = parse(service.get(f"{answer.headers['location']}/events").text)
    assert [name for name, _ in events][-1] == "end"
    assert {name for name, _ in events[:-1]} <= {"progress"}
    assert events[-1][1] == service.get(answer.headers["location"]).json()
    done = [json.loads(json.dumps(data))["progress"]["samples_done"] for _, data in events]
    assert done == sorted(done)
    assert done[-1] == N


def test_a_running_job_can_be_cancelled(service: httpx.Client, digit: bytes) -> None:
    fields = {"model": "mnist", "n": 100_000_000}
    answer = service.post("/v1/certifications", data=fields, files={"image": digit})
    path = answer.headers["location"]
    wait_until(lambda: service.get(path).json()["progress"]["samples_done"], "the job to make progress")
    cancelled = service.delete(path).json()
    assert cancelled["status"] == "cancelled"
    assert cancelled["certificate"] is None
    assert 0 < cancelled["progress"]["samples_done"] < 100_000_000


def test_it_is_ready_with_its_worker(service: httpx.Client) -> None:
    ready = service.get("/health/ready")
    assert ready.status_code == 200
    assert ready.json()["models"] == ["mnist"]
    assert [worker["device"] for worker in ready.json()["workers"]] == ["cpu"]
