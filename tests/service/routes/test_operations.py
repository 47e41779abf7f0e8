"""Request ids, and how the gateway fails and ends."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import httpx
import pytest
from redis import Redis

from jobs import keys
from tests.service.conftest import Api
from tests.support.gateway import Gateway, running_gateway
from tests.support.pictures import RAMP, encode
from tests.support.problems import check_problem
from tests.support.server import Server

PNG = encode(RAMP)


def test_a_request_id_is_in_the_answer_and_in_the_log(http: httpx.Client, gateway: Gateway) -> None:
    own = http.get("/v1/models", headers={"X-Request-ID": "my-request-0001"}).headers["x-request-id"]
    drawn = http.get("/v1/models").headers["x-request-id"]
    replaced = http.get("/v1/models", headers={"X-Request-ID": "bad id\twith spaces"}).headers["x-request-id"]
    assert own == "my-request-0001"
    lines = [json.loads(line) for line in gateway.log.splitlines()]
    answered = {line["request_id"]: line for line in lines if line["message"] == "answered"}
    assert answered[drawn].keys() == answered["my-request-0001"].keys()
    about = {name: answered[drawn][name] for name in ("level", "method", "path", "status")}
    assert about == {"level": "info", "method": "GET", "path": "/v1/models", "status": 200}
    assert " " not in replaced


@pytest.mark.parametrize("path", ["/v1", "/v2/certifications", "/docs", "/v1/certifications/", "/..%2f"])
def test_an_unknown_path_is_404(http: httpx.Client, path: str) -> None:
    check_problem(http.get(path), "not-found", 404)


def test_a_defect_is_a_500_that_tells_nothing_and_a_log_entry_that_tells_all(
    api: Api, shared_redis: Redis, gateway: Gateway
) -> None:
    """A stored job that cannot be read stands for any defect."""
    job = api.image(PNG, model="grey").json()["id"]
    created_at = shared_redis.hget(keys.job(job), "created_at")
    shared_redis.hset(keys.job(job), "created_at", "a secret in the record")
    try:
        problem = check_problem(api.http.get(f"/v1/certifications/{job}"), "internal-error", 500)
    finally:
        shared_redis.hset(keys.job(job), "created_at", created_at)
    assert "secret" not in json.dumps(problem)
    entry = gateway.log[gateway.log.index(problem["request_id"]) :]
    assert "Traceback" in entry
    assert "ValueError" in entry


def test_it_ends_in_order_while_a_client_follows_a_job(
    own_server: Server, models_dir: Path, tmp_path: Path
) -> None:
    with running_gateway(tmp_path, own_server.url, models_dir) as gateway:
        posted = httpx.post(f"{gateway.url}/v1/certifications", data={"model": "grey"}, files={"image": PNG})
        events = f"{gateway.url}/v1/certifications/{posted.json()['id']}/events"
        with httpx.stream("GET", events, timeout=60) as answer:
            assert next(answer.iter_lines()) == "event: progress"
            status = gateway.stop()
    assert status == -signal.SIGTERM  # uvicorn raises the signal again once it has ended
    assert "Finished server process" in gateway.log
    assert "Traceback" not in gateway.log
