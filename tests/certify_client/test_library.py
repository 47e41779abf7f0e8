"""The client as a library."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from certify_client import (
    CertificationClient,
    JobNotFound,
    ModelNotFound,
    Parameters,
    RequestRefused,
    ServiceUnavailable,
    State,
    WaitTimeout,
)
from verification.certificate_check import verify

SMALL = Parameters("mnist", certifier="first_order", n=1000, seed=3)
ENDLESS = Parameters("slow-half-space", sigma=0.5, n=100_000_000)


def test_submit_wait_verify(client: CertificationClient, digit: Path) -> None:
    job = client.submit(digit.read_bytes(), SMALL)
    told: list[int] = []
    done = client.wait(job.id, on_progress=lambda job: told.append(job.progress.samples_done))
    assert done.status is State.SUCCEEDED
    assert told == sorted(told)
    assert told[-1] == 1000
    assert verify(done.document).holds
    assert done.certificate is not None
    assert not done.abstained


def test_equal_seed_equal_certificate(client: CertificationClient, digit: Path) -> None:
    jobs = [client.wait(client.submit(digit.read_bytes(), SMALL).id) for _ in range(2)]
    assert jobs[0].id != jobs[1].id
    assert jobs[0].certificate == jobs[1].certificate


def test_idempotency_key_gives_the_same_job(client: CertificationClient, digit: Path) -> None:
    image = digit.read_bytes()
    first, second = (client.submit(image, SMALL, idempotency_key="once") for _ in range(2))
    assert first.id == second.id


def test_events_end_with_all_samples(client: CertificationClient) -> None:
    job = client.submit(np.array([1.0, 0.0]), Parameters("half-space", sigma=0.5, n=20_000))
    standings = list(client.events(job.id))
    assert standings[-1].status is State.SUCCEEDED
    assert standings[-1].progress.samples_done == standings[-1].progress.samples_total == 20_000
    assert client.get(job.id).status is State.SUCCEEDED


def test_cancel(client: CertificationClient) -> None:
    job = client.submit(np.array([1.0, 0.0]), ENDLESS)
    with pytest.raises(WaitTimeout) as caught:
        client.wait(job.id, timeout_s=0.2)
    assert caught.value.job_id == job.id
    assert client.cancel(job.id).status is State.CANCELLED
    assert client.wait(job.id).certificate is None
    assert job.id in {listed.id for listed in client.jobs()}


def test_problem_documents_become_typed_errors(client: CertificationClient) -> None:
    with pytest.raises(JobNotFound):
        client.get("AAAAAAAAAAAAAAAAAAAAAA")
    with pytest.raises(ModelNotFound):
        client.model("absent")
    with pytest.raises(RequestRefused) as caught:
        client.submit(b"not an image", Parameters("mnist"))
    assert caught.value.problem.status == 422
    assert caught.value.problem.kind == "invalid-image"


def test_models(client: CertificationClient) -> None:
    assert "mnist" in {model.name for model in client.models()}
    assert client.model("mnist").trained_sigma == 0.25


def test_nobody_listens() -> None:
    with CertificationClient("http://127.0.0.1:1") as client:
        assert not client.ready()
        with pytest.raises(ServiceUnavailable, match="no answer"):
            client.models()
        with pytest.raises(ServiceUnavailable):
            client.wait("AAAAAAAAAAAAAAAAAAAAAA", patience_s=0.1)
