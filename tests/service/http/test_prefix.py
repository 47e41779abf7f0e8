"""Behind a proxy that serves the gateway under a prefix, every address that it tells is right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from certify_client import CertificationClient, Parameters
from service.gateway_settings import GatewaySettings
from tests.support.gateway import Gateway, running_gateway
from tests.support.pictures import RAMP, encode
from tests.support.problems import check_problem
from tests.support.server import Server

PNG = encode(RAMP)


@pytest.fixture(scope="module")
def prefixed(
    shared_server: Server, models_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("gateway")
    with running_gateway(folder, shared_server.url, models_dir, root_path="/certify/eu") as gateway:
        yield gateway


@pytest.mark.parametrize("prefix", ["", "/certify/eu"], ids=["taken off by the proxy", "left by the proxy"])
def test_the_address_of_a_job_has_the_prefix(prefixed: Gateway, prefix: str) -> None:
    posted = httpx.post(
        f"{prefixed.url}{prefix}/v1/certifications", data={"model": "grey"}, files={"image": PNG}
    )
    assert posted.headers["location"] == f"/certify/eu/v1/certifications/{posted.json()['id']}"
    assert httpx.get(prefixed.url + posted.headers["location"]).json()["id"] == posted.json()["id"]


@pytest.mark.parametrize("prefix", ["", "/certify/eu"])
def test_problems_and_the_description_have_it_too(prefixed: Gateway, prefix: str) -> None:
    problem = check_problem(httpx.get(f"{prefixed.url}{prefix}/v1/models/none"), "model-not-found", 404)
    assert problem["instance"] == "/certify/eu/v1/models/none"
    described = httpx.get(f"{prefixed.url}{prefix}/openapi.json").json()
    assert described["servers"] == [{"url": "/certify/eu"}]


def test_no_other_prefix_is_taken_off(prefixed: Gateway) -> None:
    for path in (
        "/certify/v1/models",
        "/certify/euro/v1/models",
        "/certify/eu",
        "/certify/eu/certify/eu/v1/models",
    ):
        check_problem(httpx.get(prefixed.url + path), "not-found", 404)


def test_what_a_client_claims_of_a_prefix_is_not_believed(http: httpx.Client) -> None:
    claimed = {"X-Forwarded-Prefix": "/evil", "X-Script-Name": "/evil", "X-Forwarded-Host": "evil.example"}
    posted = http.post("/v1/certifications", data={"model": "grey"}, files={"image": PNG}, headers=claimed)
    assert posted.headers["location"] == f"/v1/certifications/{posted.json()['id']}"


def test_the_client_works_below_it(prefixed: Gateway) -> None:
    with CertificationClient(f"{prefixed.url}/certify/eu") as client:
        job = client.submit(PNG, Parameters("grey"))
        assert client.cancel(job.id).id == job.id


@pytest.mark.parametrize("path", ["certify", "/certify/", "//", "/v1", "/v1/x", "/metrics", "/a b", "/ü"])
def test_a_prefix_that_can_be_none_is_refused(path: str) -> None:
    with pytest.raises(ValidationError, match=r"(?i)root_path"):  # the field, or its variable
        GatewaySettings(root_path=path)
