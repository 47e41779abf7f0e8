"""Where workers differ, operators and clients are told which there are and which is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from redis import Redis

from jobs.ledger import Ledger
from jobs.liveness import Liveness, WorkerRecord
from jobs.plan import Fleet
from jobs.shared_settings import JobsSettings
from jobs.store import JobStore
from tests.support.begun import begin
from tests.support.fleets import ELSEWHERE, here
from tests.support.gateway import Gateway, running_gateway
from tests.support.plans import plan_of
from tests.support.server import Server
from tests.support.specs import submission
from tests.support.wait import wait_until


@pytest.fixture(scope="module")
def gateway(
    emptied_server: Server, models_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    """A gateway of the server that each of these tests finds empty."""
    with running_gateway(tmp_path_factory.mktemp("gateway"), emptied_server.url, models_dir) as running:
        yield running


@pytest.fixture
def liveness(redis_client: Redis, jobs_settings: JobsSettings) -> Liveness:
    """Heartbeats that hold for an hour, however slow the machine is."""
    return Liveness(redis_client, jobs_settings.model_copy(update={"heartbeat_ttl_s": 3600}))


def beat(liveness: Liveness, name: str, fleet: Fleet, *, begins_jobs: bool = True) -> None:
    record = WorkerRecord(
        id=name,
        host="h",
        pid=1,
        processes=2,
        fleet=fleet,
        begins_jobs=begins_jobs,
        started_at=1.0,
        seen_at=1.0,
    )
    liveness.beat(record)


def wait_for(url: str, waits_for: str | None) -> None:
    """Wait until a job says what it waits for; the gateway looks at the workers once a second."""
    wait_until(lambda: httpx.get(url).json()["waiting_for"] == waits_for, f"the job to wait for {waits_for}")


@pytest.fixture
def job_id(store: JobStore, redis_client: Redis, liveness: Liveness) -> str:
    """A job begun by one of three workers, whose fleet the other two do not belong to."""
    beat(liveness, "one", here())
    beat(liveness, "two", here())
    beat(liveness, "other", ELSEWHERE)
    made = submission(n=300)
    job_id = store.create(made.spec, made.input_bytes).job_id
    begin(store, job_id)
    Ledger(redis_client).fix_plan(job_id, plan_of(shards=3).model_copy(update={"fleet": ELSEWHERE}))
    return job_id


def test_readiness_names_the_mixture(gateway: Gateway, liveness: Liveness, job_id: str) -> None:
    del job_id
    ready = httpx.get(f"{gateway.url}/health/ready").json()
    assert ready["runtimes"] == [
        {"runtime": "onnxruntime 1 and torch 2 (cpu, some)", "workers": 1, "processes": 2, "begun_jobs": 1},
        {"runtime": here().words, "workers": 2, "processes": 4, "begun_jobs": 0},
    ]
    runtimes = {worker["id"]: worker["runtime"] for worker in ready["workers"]}
    assert runtimes == {"one": here().words, "two": here().words, "other": ELSEWHERE.words}
    liveness.leave("other")
    left = httpx.get(f"{gateway.url}/health/ready").json()["runtimes"]
    assert [(one["workers"], one["begun_jobs"]) for one in left] == [(0, 1), (2, 0)]


def test_a_job_says_that_it_waits_for_the_runtime_that_began_it(
    gateway: Gateway, liveness: Liveness, job_id: str
) -> None:
    url = f"{gateway.url}/v1/certifications/{job_id}"
    wait_for(url, None)
    liveness.leave("other")
    wait_for(url, "a worker with onnxruntime 1 and torch 2 (cpu, some), which began the job")


def test_with_workers_that_begin_no_jobs_alone_new_ones_wait_and_say_so(
    gateway: Gateway, liveness: Liveness, store: JobStore
) -> None:
    beat(liveness, "last", here(), begins_jobs=False)
    made = submission(n=300)
    url = f"{gateway.url}/v1/certifications/{store.create(made.spec, made.input_bytes).job_id}"
    wait_for(url, "a worker that begins jobs")
    missing = httpx.get(f"{gateway.url}/health/ready").json()["missing"]
    assert missing == ["no live worker begins jobs: start one without CERTIFY_BEGIN_JOBS=false"]
    beat(liveness, "first", here())
    wait_for(url, None)
    assert httpx.get(f"{gateway.url}/health/ready").status_code == 200


def test_metrics_count_workers_by_runtime_and_stranded_jobs(
    gateway: Gateway, liveness: Liveness, job_id: str
) -> None:
    del job_id
    other = 'certify_runtime_workers{runtime="onnxruntime 1 and torch 2 (cpu, some)"}'
    text = httpx.get(f"{gateway.url}/metrics").text
    assert f"{other} 1.0" in text
    assert "certify_stranded_jobs 0.0" in text
    liveness.leave("other")
    text = httpx.get(f"{gateway.url}/metrics").text
    assert f"{other} 0.0" in text
    assert "certify_stranded_jobs 1.0" in text
