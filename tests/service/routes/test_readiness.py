"""Liveness and readiness, with workers and without, and while the store is away."""

from __future__ import annotations

import httpx

from jobs import keys
from jobs.connection import connect
from jobs.liveness import Liveness
from jobs.shared_settings import JobsSettings
from tests.support.announced import beat
from tests.support.gateway import Gateway
from tests.support.pictures import RAMP, encode
from tests.support.problems import check_problem
from tests.support.server import Server
from tests.support.wait import wait_until

PNG = encode(RAMP)


def test_without_a_worker_it_is_live_but_not_ready(own_gateway: Gateway) -> None:
    assert httpx.get(f"{own_gateway.url}/health/live").json() == {"status": "live"}
    problem = check_problem(httpx.get(f"{own_gateway.url}/health/ready"), "not-ready", 503)
    assert problem["store"] is True
    assert (problem["aof"], problem["fsync"], problem["unchecked"]) == (True, "always", [])
    assert problem["workers"] == []
    (missing,) = problem["missing"]
    assert missing.startswith("no live worker: none has ever announced itself")


def test_a_worker_that_fell_silent_is_told_from_one_that_ended(
    own_gateway: Gateway, own_server: Server
) -> None:
    def reason() -> str:
        reasons: list[str] = httpx.get(f"{own_gateway.url}/health/ready").json()["missing"]
        return "; ".join(reasons)

    settings = JobsSettings(redis_url=own_server.url)
    with connect(settings) as client:
        beat(own_server)
        client.delete(keys.worker("w1"))  # as its expiry does
        wait_until(lambda: "process 1 on h, fell silent after 1970-01-01" in reason(), "the silence")
        beat(own_server)
        Liveness(client, settings).leave("w1")
        assert "process 1 on h, ended in order after 1970-01-01" in reason()


def test_readiness_tells_the_version_whether_ready_or_not(own_gateway: Gateway, project_version: str) -> None:
    answer = httpx.get(f"{own_gateway.url}/health/ready")
    assert answer.status_code == 503
    assert answer.json()["version"] == project_version


def test_with_a_worker_it_is_ready_and_names_broken_models(own_gateway: Gateway, own_server: Server) -> None:
    beat(own_server)
    answer = httpx.get(f"{own_gateway.url}/health/ready")
    assert answer.status_code == 200
    assert [worker["id"] for worker in answer.json()["workers"]] == ["w1"]
    assert set(answer.json()["broken_models"]) == {"wrong-hash", "no-labels", "bad-toml"}
    assert "grey" in answer.json()["models"]


def test_while_the_store_is_away_everything_that_needs_it_is_503(
    own_gateway: Gateway, own_server: Server
) -> None:
    url = own_gateway.url
    own_server.kill()
    posted = httpx.post(f"{url}/v1/certifications", data={"model": "grey"}, files={"image": PNG}, timeout=60)
    for answer in (
        posted,
        httpx.get(f"{url}/v1/certifications", timeout=60),
        httpx.get(f"{url}/v1/certifications/{'A' * 22}", timeout=60),
        httpx.delete(f"{url}/v1/certifications/{'A' * 22}", timeout=60),
        httpx.get(f"{url}/v1/certifications/{'A' * 22}/events", timeout=60),
    ):
        problem = check_problem(answer, "store-unavailable", 503)
        assert int(answer.headers["retry-after"]) > 0
        assert str(own_server.port) not in problem["detail"]
    assert httpx.get(f"{url}/health/live").status_code == 200
    assert check_problem(httpx.get(f"{url}/health/ready", timeout=60), "not-ready", 503)["store"] is False
    assert "certify_store_up 0.0" in httpx.get(f"{url}/metrics", timeout=60).text
    own_server.start()
    wait_until(lambda: httpx.get(f"{url}/v1/certifications").is_success, "the store to be back")
