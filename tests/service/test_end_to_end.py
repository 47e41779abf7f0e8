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

from certificates import CERTIFIERS, DIPOLE, SECOND_ORDER, Certifier
from tests.support.event_streams import parse
from tests.support.gateway import running_gateway
from tests.support.stack import running_stack
from tests.support.wait import wait_until
from verification.certificate_check import verify

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
        # Streams that wait for small jobs look more often than that.
        running_gateway(folder, stack.server.url, models, events_interval_s=600) as gateway,
        httpx.Client(base_url=gateway.url, timeout=60) as client,
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


@pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
def test_the_same_input_gives_the_same_certificate_however_it_is_sent(
    service: httpx.Client, digit: bytes, pixels: list[float], certifier: Certifier
) -> None:
    fields = {"model": "mnist", "certifier": certifier.name, "n": N, "seed": SEED}
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
    assert verify(job).faults == ()
    assert certificate["bounds"] == job["request"]["bounds"] == "tight"
    assert certificate["ended_by"] == "samples"
    assert certificate["prediction"] == {"index": DIGIT, "label": str(DIGIT)}
    assert certificate["abstained"] is False
    assert certificate["radius"] > 0
    assert certificate["radius_unit"] == "L2 distance in the input space of the model, in [0,1] pixel units"
    assert certificate["n"] == N
    assert certificate["n0"] == 100
    assert certificate["seed"] == str(SEED)
    assert certificate["input"] == job["request"]["input"]
    assert certificate["model"]["sha256"] == job["request"]["model_sha256"]
    assert certificate["model"]["provider"] == "CPUExecutionProvider"
    assert (certificate["c_s"] is None) == (certifier is not DIPOLE)
    assert (certificate["gradient_norm"] is None) == (certifier is not SECOND_ORDER)
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
    assert 0 < cancelled["progress"]["samples_done"] < 100_000_000


def post(service: httpx.Client, digit: bytes, **fields: object) -> httpx.Response:
    """Submit the digit as a form."""
    data = {"model": "mnist", "n": N, "seed": SEED, **fields}
    return service.post("/v1/certifications", data=data, files={"image": digit})


@pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
def test_the_papers_own_bounds_can_be_asked_for(
    service: httpx.Client, digit: bytes, certifier: Certifier
) -> None:
    job = finished(service, post(service, digit, certifier=certifier.name, bounds="paper"))
    assert job["certificate"]["bounds"] == "paper"
    assert job["certificate"]["radius"] > 0
    assert verify(job).faults == ()


def test_a_multi_class_certificate_names_the_class_that_limits_it(
    service: httpx.Client, digit: bytes
) -> None:
    plain = finished(service, post(service, digit, certifier="first_order"))["certificate"]
    job = finished(service, post(service, digit, certifier="first_order", decision="multiclass"))
    certificate = job["certificate"]
    assert certificate["decision"] == "multiclass"
    assert certificate["p_other"]["index"] != DIGIT
    assert certificate["counts"] == plain["counts"]
    assert certificate["radius"] > 0
    assert verify(job).faults == ()


def test_a_class_stays_among_the_k_largest(service: httpx.Client, digit: bytes) -> None:
    jobs = [
        finished(service, post(service, digit, certifier="first_order", decision="top_k", k=str(k)))
        for k in (1, 3)
    ]
    first, third = (job["certificate"] for job in jobs)
    assert (third["decision"], third["k"], jobs[1]["request"]["k"]) == ("top_k", 3, 3)
    assert third["counts"] == first["counts"]
    assert 0.0 < first["radius"] < third["radius"]
    assert 1 <= len(third["p_others"]["indices"]) <= 3
    assert [verify(job).faults for job in jobs] == [(), ()]
    assert service.get(f"/v1/certifications/{jobs[1]['id']}/curve").status_code == 409


@pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
def test_discrete_noise_says_what_its_precision_costs(
    service: httpx.Client, digit: bytes, certifier: Certifier
) -> None:
    job = finished(service, post(service, digit, certifier=certifier.name, noise="discrete"))
    certificate = job["certificate"]
    assert certificate["noise"] == job["request"]["noise"] == "discrete"
    assert 0 < certificate["eta_spent"]["noise_discretisation"] < 1e-9
    assert certificate["radius"] > 0
    assert verify(job).faults == ()


@pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
def test_a_job_ends_once_its_radius_is_certified(
    service: httpx.Client, digit: bytes, certifier: Certifier
) -> None:
    n = 2_000_000
    job = finished(service, post(service, digit, certifier=certifier.name, n=n, stop_radius=0.2))
    certificate = job["certificate"]
    assert job["request"]["stop"] == {"radius": 0.2, "give_up": False}
    assert certificate["ended_by"] == "stop_radius"
    assert certificate["bounds"] == "anytime"
    assert certificate["radius"] >= 0.2
    assert certificate["n"] == job["progress"]["samples_done"] < n
    assert job["running"]["radius"] == certificate["radius"]
    assert verify(job).faults == ()


@pytest.mark.parametrize("certifier", CERTIFIERS, ids=str)
def test_a_job_ends_once_its_radius_is_out_of_reach(
    service: httpx.Client, digit: bytes, certifier: Certifier
) -> None:
    n = 2_000_000
    fields = {"stop_radius": 3.0, "stop_give_up": "true"}
    job = finished(service, post(service, digit, certifier=certifier.name, n=n, **fields))
    certificate = job["certificate"]
    assert job["request"]["stop"] == {"radius": 3.0, "give_up": True}
    assert (job["status"], certificate["ended_by"]) == ("succeeded", "out_of_reach")
    assert certificate["radius"] < 3.0
    assert certificate["n"] == job["progress"]["samples_done"] < n
    assert verify(job).faults == ()
    assert service.get(f"/v1/certifications/{job['id']}/curve").json()["radius"] == certificate["radius"]


def test_the_radius_so_far_is_told_and_a_cancelled_job_keeps_it(service: httpx.Client, digit: bytes) -> None:
    path = post(service, digit, n=100_000_000).headers["location"]
    told: list[dict[str, Any]] = []
    with service.stream("GET", f"{path}/events") as answer:
        for line in answer.iter_lines():
            if line.startswith("data: "):
                told.append(json.loads(line.removeprefix("data: ")))
                if (told[-1]["running"] or {}).get("radius", 0) > 0:
                    break
    seen = told[-1]["running"]
    assert 0 < seen["samples"] < 100_000_000
    job = service.delete(path).json()
    certificate = job["certificate"]
    assert job["status"] == "cancelled"
    assert certificate["ended_by"] == "cancelled"
    assert certificate["radius"] >= seen["radius"]
    assert certificate["n"] < 100_000_000
    assert service.get(path).json() == job
    assert verify(job).faults == ()


def test_the_papers_bounds_certify_nothing_before_the_end(service: httpx.Client, digit: bytes) -> None:
    path = post(service, digit, n=100_000_000, bounds="paper").headers["location"]
    wait_until(lambda: service.get(path).json()["progress"]["samples_done"], "the job to make progress")
    job = service.delete(path).json()
    assert job["running"] is None
    assert job["certificate"] is None


def test_metrics_count_what_was_sampled(service: httpx.Client, digit: bytes) -> None:
    def metrics() -> dict[str, float]:
        lines = service.get("/metrics").text.splitlines()
        return {
            name: float(value)
            for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")
        }

    before = metrics()
    finished(service, post(service, digit, certifier="first_order"))
    finished(service, post(service, digit, certifier="first_order", n=2))
    after = metrics()
    grown = {name: after[name] - before[name] for name in after if name in before}
    assert grown["certify_samples_total"] >= N + 2
    assert grown["certify_shard_seconds_count"] >= 2
    assert grown["certify_shard_seconds_sum"] > 0
    assert grown['certify_jobs_ended_total{outcome="certified"}'] == 1
    assert grown['certify_jobs_ended_total{outcome="abstained"}'] == 1
    assert after["certify_workers"] == 1


def test_it_is_ready_with_its_worker(service: httpx.Client) -> None:
    ready = service.get("/health/ready")
    assert ready.status_code == 200
    assert ready.json()["models"] == ["mnist"]
    assert [worker["device"] for worker in ready.json()["workers"]] == ["cpu"]
