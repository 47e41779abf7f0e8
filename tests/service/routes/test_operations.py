"""What operators see: models, readiness, metrics, request ids, and how the gateway fails."""

from __future__ import annotations

import json
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from redis import Redis

from jobs import keys
from jobs.connection import connect
from jobs.liveness import Liveness, WorkerRecord
from jobs.shared_settings import JobsSettings
from registry.manifest import load_manifest
from tests.service.conftest import Api
from tests.support.fleets import here
from tests.support.gateway import Gateway, running_gateway
from tests.support.image_folders import GREY, write_model
from tests.support.pictures import RAMP, encode
from tests.support.problems import check_problem
from tests.support.server import Server, running_server
from tests.support.wait import wait_until

PNG = encode(RAMP)


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that these tests may kill."""
    with running_server(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture(scope="module")
def its_gateway(
    own_server: Server, models_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("gateway")
    with running_gateway(folder, own_server.url, models_dir, store_timeout_s=1.0) as gateway:
        yield gateway


@pytest.fixture
def own_gateway(own_server: Server, its_gateway: Gateway) -> Gateway:
    """A gateway on an empty server."""
    with connect(JobsSettings(redis_url=own_server.url)) as client:
        client.flushall()
    return its_gateway


def beat(server: Server, **problems: str) -> None:
    """Announce a live worker."""
    settings = JobsSettings(redis_url=server.url)
    with connect(settings) as client:
        worker = WorkerRecord(
            id="w1",
            host="h",
            pid=1,
            processes=1,
            fleet=here(),
            started_at=1.0,
            seen_at=1.0,
            problems=problems,
        )
        Liveness(client, settings).beat(worker)


def report_broken(server: Server, fingerprint: str, detail: str) -> None:
    """Let the announced worker say that it could not load the model of this manifest."""
    settings = JobsSettings(redis_url=server.url)
    with connect(settings) as client:
        Liveness(client, settings).report_broken("w1", fingerprint, detail)


def test_models_are_listed_with_what_is_wrong_with_the_broken_ones(http: httpx.Client) -> None:
    answer = http.get("/v1/models").json()
    assert [model["name"] for model in answer["models"]] == [
        "Wide_0.255",
        "colour",
        "cropped",
        "grey",
        "plane",
        "signed",
    ]
    assert set(answer["broken"]) == {"wrong-hash", "no-labels", "bad-toml"}
    assert "sha256" in answer["broken"]["wrong-hash"]
    assert "labels" in answer["broken"]["no-labels"]


def test_one_model_is_described(http: httpx.Client) -> None:
    model = http.get("/v1/models/plane").json()
    assert model["input"] == {
        "kind": "tensor",
        "shape": [2],
        "low": -4.0,
        "high": 4.0,
        "mode": None,
        "resize": None,
    }
    assert model["trained_sigma"] is None
    assert model["labels"] == ["zero", "one", "two"]


@pytest.mark.parametrize("name", ["missing", "GREY", "..", "%2e%2e%2fgrey", "grey%00", "x" * 300])
def test_an_unknown_model_is_404(http: httpx.Client, name: str) -> None:
    answer = http.get(f"/v1/models/{name}")
    check_problem(answer, answer.json()["type"].rpartition(":")[2], 404)


def test_a_broken_model_is_409_and_says_why(http: httpx.Client) -> None:
    problem = check_problem(http.get("/v1/models/no-labels"), "model-broken", 409)
    assert "labels" in problem["detail"]


def test_a_model_that_is_installed_later_is_found(own_gateway: Gateway, models_dir: Path) -> None:
    assert httpx.get(f"{own_gateway.url}/v1/models/newcomer").status_code == 404
    write_model(models_dir, "newcomer", GREY)
    try:
        assert httpx.get(f"{own_gateway.url}/v1/models/newcomer").status_code == 200
    finally:
        for file in (models_dir / "newcomer").iterdir():
            file.unlink()
        (models_dir / "newcomer").rmdir()


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


def test_a_model_that_no_worker_can_load_is_refused_and_named(
    own_gateway: Gateway, own_server: Server, models_dir: Path
) -> None:
    beat(own_server, grey="the file is not a model")
    report_broken(own_server, load_manifest(models_dir / "grey").fingerprint, "the file is not a model")
    answer = httpx.post(f"{own_gateway.url}/v1/certifications", data={"model": "grey"}, files={"image": PNG})
    problem = check_problem(answer, "model-broken", 409)
    assert problem["errors"][0]["field"] == "model"
    assert "the file is not a model" in problem["detail"]
    ready = httpx.get(f"{own_gateway.url}/health/ready").json()
    assert "the file is not a model" in ready["broken_models"]["grey"]
    assert "grey" not in ready["models"]
    assert httpx.get(f"{own_gateway.url}/v1/certifications").json()["jobs"] == []


def test_while_the_store_is_away_everything_that_needs_it_is_503(
    own_gateway: Gateway, own_server: Server
) -> None:
    url = own_gateway.url
    own_server.kill()
    posted = httpx.post(f"{url}/v1/certifications", data={"model": "grey"}, files={"image": PNG}, timeout=30)
    for answer in (
        posted,
        httpx.get(f"{url}/v1/certifications", timeout=30),
        httpx.get(f"{url}/v1/certifications/{'A' * 22}", timeout=30),
        httpx.delete(f"{url}/v1/certifications/{'A' * 22}", timeout=30),
        httpx.get(f"{url}/v1/certifications/{'A' * 22}/events", timeout=30),
    ):
        problem = check_problem(answer, "store-unavailable", 503)
        assert int(answer.headers["retry-after"]) > 0
        assert str(own_server.port) not in problem["detail"]
    assert httpx.get(f"{url}/health/live").status_code == 200
    assert check_problem(httpx.get(f"{url}/health/ready", timeout=30), "not-ready", 503)["store"] is False
    assert "certify_store_up 0.0" in httpx.get(f"{url}/metrics", timeout=30).text
    own_server.start()
    wait_until(lambda: httpx.get(f"{url}/v1/certifications", timeout=30).is_success, "the store to be back")


def test_a_missing_models_directory_is_told(own_server: Server, tmp_path: Path) -> None:
    with running_gateway(tmp_path, own_server.url, tmp_path / "nowhere") as gateway:
        problem = check_problem(httpx.get(f"{gateway.url}/health/ready"), "not-ready", 503)
        assert any("models directory" in reason for reason in problem["missing"])
        check_problem(httpx.get(f"{gateway.url}/v1/models"), "not-ready", 503)


def test_metrics_count_requests_submissions_and_jobs(own_gateway: Gateway, own_server: Server) -> None:
    beat(own_server)
    url = own_gateway.url
    for _ in range(2):
        httpx.post(f"{url}/v1/certifications", data={"model": "grey"}, files={"image": PNG})
    last = httpx.get(f"{url}/v1/certifications").json()["jobs"][0]["id"]
    httpx.delete(f"{url}/v1/certifications/{last}")
    httpx.get(f"{url}/nowhere")
    lines = httpx.get(f"{url}/metrics").text.splitlines()
    for line in (
        'certify_submissions_total{certifier="dipole",model="grey"} 2.0',
        'certify_jobs{state="queued"} 1.0',
        'certify_jobs{state="running"} 0.0',
        'certify_jobs_ended_total{outcome="cancelled"} 1.0',
        'certify_worker_processes{worker="w1"} 1.0',
        "certify_workers 1.0",
        "certify_store_up 1.0",
        'certify_http_requests_total{method="POST",route="/v1/certifications",status="202"} 2.0',
        'certify_http_requests_total{method="DELETE",route="/v1/certifications/{job_id}",status="200"} 1.0',
        'certify_http_requests_total{method="GET",route="unmatched",status="404"} 1.0',
    ):
        assert line in lines


def test_a_report_about_an_earlier_state_of_a_folder_refuses_nothing(
    own_gateway: Gateway, own_server: Server
) -> None:
    beat(own_server, grey="model.toml: there is no file 'model.toml' in the model's folder")
    report_broken(own_server, "0" * 64, "the file is not a model")
    answer = httpx.post(f"{own_gateway.url}/v1/certifications", data={"model": "grey"}, files={"image": PNG})
    assert answer.status_code == 202, answer.text


def test_every_metric_is_in_the_page_for_operators(
    own_gateway: Gateway, own_server: Server, repository: Path
) -> None:
    beat(own_server)
    httpx.post(f"{own_gateway.url}/v1/certifications", data={"model": "grey"}, files={"image": PNG})
    text = httpx.get(f"{own_gateway.url}/metrics").text
    kinds = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, flags=re.MULTILINE))
    served = {name for name in kinds if not name.startswith("process_") and not name.endswith("_created")}
    page = (repository / "docs/operations.md").read_text()
    assert set(re.findall(r"^\| `(certify_\w+)` \|", page, flags=re.MULTILINE)) == served
    assert any(name.startswith("process_") for name in kinds)


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


@pytest.mark.parametrize("path", ["/", "/v1", "/v2/certifications", "/docs", "/v1/certifications/", "/..%2f"])
def test_an_unknown_path_is_404(http: httpx.Client, path: str) -> None:
    check_problem(http.get(path), "not-found", 404)


def test_a_defect_is_a_500_that_tells_nothing_and_a_log_entry_that_tells_all(
    api: Api, shared_redis: Redis, gateway: Gateway
) -> None:
    """A stored job that cannot be read stands for any defect."""
    job = api.image(PNG, model="grey").json()["id"]
    spec = shared_redis.hget(keys.job(job), "spec")
    shared_redis.hset(keys.job(job), "spec", '{"secret": "in the record"}')
    try:
        problem = check_problem(api.http.get(f"/v1/certifications/{job}"), "internal-error", 500)
    finally:
        shared_redis.hset(keys.job(job), "spec", spec)
    assert "secret" not in json.dumps(problem)
    entry = gateway.log[gateway.log.index(problem["request_id"]) :]
    assert "Traceback" in entry
    assert "ValidationError" in entry


def test_a_body_that_never_arrives_is_given_up(gateway: Gateway) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=20) as client:
        client.sendall(
            b"POST /v1/certifications HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            b"Content-Length: 1000\r\n\r\n{"
        )
        answer = b""
        while chunk := client.recv(4096):
            answer += chunk
    assert b" 408 " in answer.split(b"\r\n", 1)[0]
    assert b"urn:certification-service:problem:body-timeout" in answer


def test_it_ends_in_order_while_a_client_follows_a_job(
    own_server: Server, models_dir: Path, tmp_path: Path
) -> None:
    with running_gateway(tmp_path, own_server.url, models_dir) as gateway:
        posted = httpx.post(f"{gateway.url}/v1/certifications", data={"model": "grey"}, files={"image": PNG})
        events = f"{gateway.url}/v1/certifications/{posted.json()['id']}/events"
        with httpx.stream("GET", events, timeout=30) as answer:
            assert next(answer.iter_lines()) == "event: progress"
            status = gateway.stop()
    assert status == -signal.SIGTERM  # uvicorn raises the signal again once it has ended
    assert "Finished server process" in gateway.log
    assert "Traceback" not in gateway.log
