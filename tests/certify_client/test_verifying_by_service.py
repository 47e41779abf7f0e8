"""Both clients have a running service verify what it certified, and what was changed in it."""

from __future__ import annotations

import asyncio
import copy
import math
from pathlib import Path

import numpy as np
import pytest
from pydantic import BaseModel

from certify_client import (
    AsyncCertificationClient,
    CertificationClient,
    Job,
    Parameters,
    RequestRefused,
    UnreadableCertificate,
    display,
)
from certify_client.verification_records import StatedModel, Verification, VerifiedCheck
from service.certification import stated_models, verifications
from verification.certificate_check import verify


@pytest.fixture
def job(client: CertificationClient, digit: Path) -> Job:
    return client.wait(client.submit(digit, Parameters("mnist", "first_order", n=500, seed=4)).id)


def test_a_job_of_this_service_passes_every_check(client: CertificationClient, job: Job) -> None:
    verdict = client.verify(job)
    assert verdict.valid
    assert {check.outcome for check in verdict.checks} == {"passed"}
    assert verdict.model.status == "here"
    assert job.certificate is not None
    assert verdict.radius == verdict.claimed_radius == job.certificate.radius


def test_both_clients_and_the_command_say_the_same(client: CertificationClient, job: Job) -> None:
    changed = copy.deepcopy(job.document)
    changed["certificate"]["seed"] = "5"

    async def ask() -> Verification:
        async with AsyncCertificationClient(client.url) as other:
            return await other.verify(changed)

    verdict = client.verify(changed)
    assert asyncio.run(ask()) == verdict
    assert not verdict.valid
    assert "it fails the check of the request." in verdict.headline
    lines = display.verdict(verify(changed)).plain.splitlines()
    faults = [
        f"- {told}" for check in verdict.checks if check.outcome == "failed" for told in check.sentences
    ]
    assert [line for line in lines if not line.startswith("Not checked")] == [
        verdict.headline,
        *faults,
        *verdict.not_shown,
    ]


def test_a_certificate_alone_is_verified(client: CertificationClient, job: Job) -> None:
    verdict = client.verify(job.document["certificate"])
    assert [check.name for check in verdict.checks if check.outcome == "not_made"] == ["end", "request"]


def test_an_input_is_compared_with_the_certified_one(
    client: CertificationClient, job: Job, digit: Path
) -> None:
    assert client.verify(job).same_input is None
    assert client.verify(job, digit).same_input is True
    assert client.verify(job, digit.with_name("digit-4.png")).same_input is False
    changed = copy.deepcopy(job.document)
    for part in (changed["certificate"], changed["request"]):
        part["input"]["sha256"] = "0" * 64
    assert client.verify(changed).valid
    assert client.verify(changed, digit).same_input is False
    changed["certificate"]["model"]["name"] = "absent"
    assert client.verify(changed, digit).same_input is None


def test_an_array_is_compared_too(client: CertificationClient) -> None:
    point = np.array([1.0, 0.25])
    job = client.wait(client.submit(point, Parameters("half-space", "first_order", sigma=0.5, n=200)).id)
    assert client.verify(job, point).same_input is True
    assert client.verify(job, 2 * point).same_input is False


def test_what_holds_no_certificate_is_refused(client: CertificationClient, job: Job) -> None:
    with pytest.raises(RequestRefused, match=r"certificate") as caught:
        client.verify(job.document | {"certificate": None})
    assert caught.value.problem.kind == "invalid-request"
    with pytest.raises(UnreadableCertificate, match="radius is not a finite number"):
        client.verify({"radius": math.nan})


def test_every_field_of_the_description_is_there() -> None:
    described: dict[type[BaseModel], type[BaseModel]] = {
        VerifiedCheck: verifications.CheckResource,
        StatedModel: stated_models.StatedModelResource,
        Verification: verifications.VerdictResource,
    }
    for record, resource in described.items():
        assert record.model_fields.keys() - {"document", "same_input"} == resource.model_fields.keys()
