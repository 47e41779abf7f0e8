"""The answer without noise stands beside the certificate; a model without noise that abstains gets advice."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from certify_client.display import result
from certify_client.records import Job
from tests.support.gateway import running_gateway
from tests.support.stack import running_stack
from tests.support.wait import wait_until
from verification.certificate_check import verify

DIGIT = 7
NEVER_DONE = 100_000_000


@pytest.fixture(scope="module")
def service(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("service")
    models = folder / "models"
    for name in ("mnist", "mnist-plain"):
        shutil.copytree(repository / "models" / name, models / name)
    with (
        running_stack(folder, models, processes=1) as stack,
        running_gateway(folder, stack.server.url, models) as gateway,
        httpx.Client(base_url=gateway.url, timeout=60) as client,
    ):
        yield client


def _submitted(service: httpx.Client, repository: Path, **fields: object) -> str:
    digit = (repository / "examples" / f"digit-{DIGIT}.png").read_bytes()
    answer = service.post("/v1/certifications", data={"seed": 1, **fields}, files={"image": digit})
    assert answer.status_code == 202, answer.text
    path: str = answer.headers["location"]
    return path


def _ended(service: httpx.Client, path: str) -> dict[str, Any]:
    wait_until(lambda: service.get(path).json()["finished_at"], "the job to end")
    job: dict[str, Any] = service.get(path).json()
    return job


@pytest.mark.parametrize("n", [1000, 200_000])
def test_it_is_told_with_one_shard_and_with_many(service: httpx.Client, repository: Path, n: int) -> None:
    job = _ended(service, _submitted(service, repository, model="mnist", n=n))
    assert job["certificate"]["clean_prediction"] == {"index": DIGIT, "label": "7"}
    assert job["warnings"] == []
    assert verify(job).faults == ()
    assert "Without noise the base classifier answers '7' (class 7), too." in result(Job.parse(job)).plain


def test_it_can_be_another_class_than_the_smoothed_one(service: httpx.Client, repository: Path) -> None:
    job = _ended(service, _submitted(service, repository, model="mnist-plain", sigma=4, n=1000))
    smoothed = job["certificate"]["prediction"]["index"]
    assert smoothed != DIGIT
    assert job["certificate"]["clean_prediction"]["index"] == DIGIT
    said = result(Job.parse(job)).plain
    assert "Without noise the base classifier answers '7' (class 7).\n" in said


def test_a_cancelled_job_has_it_too(service: httpx.Client, repository: Path) -> None:
    path = _submitted(service, repository, model="mnist", n=NEVER_DONE)
    wait_until(lambda: service.get(path).json()["running"], "a radius")
    job = service.delete(path).json()
    assert job["certificate"]["clean_prediction"] == {"index": DIGIT, "label": "7"}


def test_a_model_trained_without_noise_that_abstains_gets_advice(
    service: httpx.Client, repository: Path
) -> None:
    path = _submitted(service, repository, model="mnist-plain", sigma=1.5, n=2000, certifier="first_order")
    job = _ended(service, path)
    assert job["certificate"]["abstained"] is True
    (warning,) = job["warnings"]
    assert warning.startswith("Model mnist-plain was trained without noise, and the samples do not show that")
    assert "use a smaller sigma, or a classifier trained with noise of this sigma" in warning
    said = result(Job.parse(job)).plain
    assert said.count("was trained without noise") == 1
    assert said.count("use a smaller sigma") == 1


def test_too_small_an_n_is_named(service: httpx.Client, repository: Path) -> None:
    fields = {"model": "mnist-plain", "sigma": 0.1, "n": 4, "certifier": "first_order"}
    (warning,) = _ended(service, _submitted(service, repository, **fields))["warnings"]
    assert "n = 4 is too small" in warning


def test_a_model_trained_with_noise_that_abstains_gets_advice_too(
    service: httpx.Client, repository: Path
) -> None:
    fields = {"model": "mnist", "sigma": 0.1, "n": 4, "certifier": "first_order"}
    job = _ended(service, _submitted(service, repository, **fields))
    assert job["certificate"]["abstained"] is True
    (warning,) = job["warnings"]
    assert warning.startswith("The samples do not show that the smoothed classifier answers '7' (class 7).")
    assert "n = 4 is too small" in warning


def test_a_model_trained_without_noise_that_certifies_gets_none(
    service: httpx.Client, repository: Path
) -> None:
    job = _ended(service, _submitted(service, repository, model="mnist-plain", sigma=0.1, n=1000))
    assert (job["certificate"]["abstained"], job["warnings"]) == (False, [])
