"""202 is not given by a server that might lose the job; readiness and the refusal say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from redis import Redis

from jobs.connection import connect
from jobs.shared_settings import JobsSettings
from tests.support.gateway import Gateway, running_gateway
from tests.support.pictures import RAMP, encode
from tests.support.problems import check_problem
from tests.support.server import Server, running_server
from tests.support.wait import wait_until

PNG = encode(RAMP)


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture(scope="module")
def client(own_server: Server) -> Iterator[Redis]:
    with connect(JobsSettings(redis_url=own_server.url)) as connected:
        yield connected


@pytest.fixture(scope="module")
def own_gateway(
    own_server: Server, models_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("gateway")
    with running_gateway(folder, own_server.url, models_dir, store_timeout_s=4) as gateway:
        yield gateway


def submit(gateway: Gateway) -> httpx.Response:
    return httpx.post(f"{gateway.url}/v1/certifications", data={"model": "grey"}, files={"image": PNG})


@pytest.mark.parametrize(
    ("option", "value", "right"),
    [
        ("appendonly", "no", "yes"),
        ("appendfsync", "everysec", "always"),
        ("maxmemory-policy", "allkeys-lru", "noeviction"),
    ],
)
def test_nothing_is_accepted_that_might_be_lost(
    own_gateway: Gateway, client: Redis, option: str, value: str, right: str
) -> None:
    assert submit(own_gateway).status_code == 202
    client.config_set(option, value)
    wait_until(lambda: submit(own_gateway).status_code == 503, "the change to be noticed")
    stored = client.zcard("certify:jobs")
    problem = check_problem(submit(own_gateway), "not-ready", 503)
    assert f"CONFIG SET {option} {right}" in problem["detail"]
    assert client.zcard("certify:jobs") == stored
    readiness = check_problem(httpx.get(f"{own_gateway.url}/health/ready"), "not-ready", 503)
    assert any(f"CONFIG SET {option} {right}" in reason for reason in readiness["missing"])

    client.config_set(option, right)
    wait_until(lambda: submit(own_gateway).status_code == 202, "submissions to be accepted again")


def test_a_submission_to_a_frozen_server_is_answered_while_it_is_frozen(
    own_gateway: Gateway, own_server: Server
) -> None:
    assert submit(own_gateway).status_code == 202
    own_server.pause()
    try:
        check_problem(submit(own_gateway), "store-unavailable", 503)
        problem = check_problem(httpx.get(f"{own_gateway.url}/health/ready"), "not-ready", 503)
        assert "no answer in time" in problem["missing"][0]
    finally:
        own_server.resume()
    wait_until(lambda: submit(own_gateway).status_code == 202, "submissions to be accepted again")
