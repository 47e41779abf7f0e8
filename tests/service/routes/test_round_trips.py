"""Round trips to the server: at most four to accept a job, two to tell how one stands, one a page of runs."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from redis import Redis

from jobs.recent import FRESH_S
from service.job_looks import FRESH_S as FRESH_LOOK_S
from tests.support.gateway import Gateway
from tests.support.round_trips import watched

JOB = {"model": "plane", "sigma": 0.5, "tensor": {"shape": [2], "data": [0.25, 0.5]}}


@pytest.fixture
def job_id(http: httpx.Client) -> str:
    """A job; so the gateway has its connections and its scripts are known to the server."""
    ids = [http.post("/v1/certifications", json=JOB).json()["id"] for _ in range(2)]
    http.get(f"/v1/certifications/{ids[0]}")
    time.sleep(1.1 * FRESH_S)  # nothing that the gateway has read is fresh any more
    return str(ids[0])


def test_accepting_a_job(http: httpx.Client, shared_redis: Redis, job_id: str) -> None:
    assert job_id
    with watched(shared_redis) as trips:
        assert http.post("/v1/certifications", json=JOB).status_code == 202
    assert 1 <= len(trips) <= 4, trips


def test_a_job_with_an_idempotency_key_and_its_replay(
    http: httpx.Client, shared_redis: Redis, job_id: str
) -> None:
    for replayed in ("false", "true"):
        with watched(shared_redis) as trips:
            answer = http.post("/v1/certifications", json=JOB, headers={"Idempotency-Key": job_id})
        assert answer.headers["idempotency-replayed"] == replayed
        assert 1 <= len(trips) <= 4, trips


def test_a_status_poll(http: httpx.Client, shared_redis: Redis, job_id: str) -> None:
    """The job is read, and once a second the workers are looked up."""
    began = time.monotonic()
    with watched(shared_redis) as trips:
        for _ in range(3):
            time.sleep(1.5 * FRESH_LOOK_S)
            assert http.get(f"/v1/certifications/{job_id}").status_code == 200
    reads = sum(job_id in trip.words for trip in trips)
    assert 1 <= reads <= 3, trips
    assert len(trips) - reads <= 1 + (time.monotonic() - began) / FRESH_S, trips


def test_polls_of_a_moment_share_their_round_trips(
    gateway: Gateway, shared_redis: Redis, job_id: str
) -> None:
    began = time.monotonic()
    with watched(shared_redis) as trips, ThreadPoolExecutor(8) as pool:
        polls = [
            pool.submit(poll_again_and_again, f"{gateway.url}/v1/certifications/{job_id}") for _ in range(8)
        ]
        assert all(poll.result() for poll in polls)
    reads = [trip for trip in trips if job_id in trip.words]
    assert 1 <= len(reads) <= 1 + (time.monotonic() - began) / FRESH_LOOK_S


def poll_again_and_again(url: str) -> bool:
    with httpx.Client() as client:
        return all(client.get(url, timeout=60).is_success for _ in range(25))


def test_a_page_of_runs(http: httpx.Client, shared_redis: Redis) -> None:
    run = {"name": "points", "model": "plane", "sigma": 0.5, "radii": [0.25, 0.5]}
    for _ in range(5):
        http.post("/v1/runs", json=run)
    http.get("/v1/runs")  # the server knows the script now
    for picked in ({}, {"status": "open", "model": "plane", "name": "po"}):
        with watched(shared_redis) as trips:
            listed = http.get("/v1/runs", params={"limit": "5", **picked}).json()["runs"]
        assert len(listed) == 5
        assert len(trips) == 1, trips
