"""The server killed, away, frozen and emptied: nothing accepted is lost, nothing is counted twice."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from itertools import cycle, islice

import httpx
import pytest

from jobs import keys
from tests.chaos.bodies import QUICK, VARIETY, Request, request
from tests.chaos.service import Service
from tests.support.wait import wait_until

pytestmark = pytest.mark.chaos


@pytest.fixture(autouse=True)
def no_worker_is_deaf_afterwards(service: Service) -> Iterator[None]:
    yield
    service.assert_no_worker_is_deaf()


def submit_many(service: Service, count: int) -> list[tuple[Request, str]]:
    """Submit jobs of every kind faster than workers can do them; undisturbed ones were done before."""
    bodies = [body | {"n": 2 * body["n"]} for body in VARIETY]
    for body in bodies:
        service.undisturbed(body)
    with service.frozen_workers():
        return [(body, service.submit(body)) for body in islice(cycle(bodies), count)]


def states(service: Service, jobs: list[tuple[Request, str]]) -> list[str]:
    return [service.read(job_id)["status"] for _, job_id in jobs]


def fewer(service: Service, left: int) -> bool:
    return service.count(keys.ACTIVE) <= left


def refused(answer: httpx.Response, *reasons: str) -> None:
    """Check that an answer says why there is no store to use, and when to ask again."""
    assert answer.status_code == 503
    assert answer.json()["type"].rpartition(":")[2] in (reasons or ("store-unavailable",))
    assert int(answer.headers["Retry-After"]) > 0


def assert_all_undisturbed(service: Service, jobs: list[tuple[Request, str]]) -> None:
    for body, job_id in jobs:
        service.assert_undisturbed(body, job_id, 100)


def test_killed_three_times_while_20_jobs_are_queued_and_running(service: Service) -> None:
    jobs = submit_many(service, 20)
    wait_until(lambda: service.count(keys.QUEUED) < len(jobs), "a job to be begun", interval=0)
    assert service.count(keys.QUEUED) > 0
    service.server.kill()
    service.server.start()
    for left in (16, 12):
        wait_until(partial(fewer, service, left), "jobs to end", 60, interval=0)
        assert service.count(keys.ACTIVE) > 0
        service.server.kill()
        service.server.start()
        assert not set(states(service, jobs)) & {"failed", "cancelled"}
    assert_all_undisturbed(service, jobs)


def test_away_for_10_seconds(service: Service) -> None:
    """The gateway says so and accepts nothing; workers keep what they have counted until it is back."""
    jobs = submit_many(service, 5)
    before = service.count()
    wait_until(lambda: "running" in states(service, jobs), "a job to run")
    service.server.kill()

    def check() -> None:
        refused(service.post(QUICK))
        refused(httpx.get(service.address(jobs[0][1]), timeout=30))
        assert httpx.get(f"{service.gateway.url}/health/live").status_code == 200
        assert httpx.get(f"{service.gateway.url}/health/ready").status_code == 503

    service.let_pass(10, check)
    service.server.start()
    assert service.count() == before
    assert_all_undisturbed(service, jobs)


def test_frozen_beyond_every_timeout(service: Service) -> None:
    """Connections stay open and nothing answers, as when a network swallows packets."""
    jobs = submit_many(service, 5)
    wait_until(lambda: "running" in states(service, jobs), "a job to run")
    for _ in range(2):
        service.server.pause()
        service.let_pass(7)
        service.server.resume()
        wait_until(service.reachable, "the server")
    assert_all_undisturbed(service, jobs)


@pytest.mark.parametrize("refusing", ["maxmemory", "min-replicas-to-write"])
def test_answers_and_refuses_to_write(service: Service, refusing: str) -> None:
    """Out of memory, or without the replicas it wants: nothing is accepted, and all goes on afterwards."""
    jobs = submit_many(service, 5)
    before = service.count()
    wait_until(lambda: "running" in states(service, jobs), "a job to run")
    service.redis.config_set(refusing, 1)
    try:
        # Found at the write itself, while the last look at the server is less than a second old.
        service.let_pass(8, lambda: refused(service.post(QUICK), "not-ready", "store-unavailable"))
        refused(service.post(QUICK), "not-ready")
    finally:
        service.redis.config_set(refusing, 0)
    assert service.count() == before
    assert_all_undisturbed(service, jobs)


def test_workers_told_to_end_while_it_is_away_end(service: Service) -> None:
    jobs = submit_many(service, 5)
    wait_until(lambda: "running" in states(service, jobs), "a job to run")
    service.server.kill()
    for worker in service.workers:
        assert worker.stop(60) == 0
    service.server.start()
    for worker in service.workers:
        worker.start()
    assert_all_undisturbed(service, jobs)


def test_started_again_without_its_data(service: Service) -> None:
    """What is lost is said to be lost; everything else goes on by itself."""
    service.undisturbed(QUICK)
    body = request(seed=31, n=100_000)
    lost = service.submit(body)
    wait_until(lambda: service.read(lost)["status"] == "running", "the job to run")
    service.server.kill()
    shutil.rmtree(service.server.folder / "appendonlydir")
    service.server.start()
    answer = httpx.get(service.address(lost))
    assert answer.status_code == 404
    assert answer.json()["type"].endswith(":job-not-found")
    service.assert_undisturbed(QUICK, service.submit(QUICK))
    assert service.count() == 1
