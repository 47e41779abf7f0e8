"""The server killed, away, frozen and emptied: nothing accepted is lost, nothing is counted twice."""

from __future__ import annotations

import shutil
from functools import partial
from itertools import cycle, islice

import httpx
import pytest

from tests.chaos.service import QUICK, VARIETY, Request, Service, request
from tests.support.wait import wait_until

pytestmark = pytest.mark.chaos


def submit_many(service: Service, count: int) -> list[tuple[Request, str]]:
    """Submit jobs of every kind, whose undisturbed certificates are known before."""
    for body in VARIETY:
        service.undisturbed(body)
    return [(body, service.submit(body)) for body in islice(cycle(VARIETY), count)]


def states(service: Service, jobs: list[tuple[Request, str]]) -> list[str]:
    return [service.read(job_id)["status"] for _, job_id in jobs]


def have_succeeded(service: Service, jobs: list[tuple[Request, str]], count: int) -> bool:
    service.revive()
    return states(service, jobs).count("succeeded") >= count


def assert_all_undisturbed(service: Service, jobs: list[tuple[Request, str]]) -> None:
    for body, job_id in jobs:
        service.assert_undisturbed(body, job_id, 100)


def test_killed_three_times_while_20_jobs_are_queued_and_running(service: Service) -> None:
    jobs = submit_many(service, 20)
    for ended in (0, 3, 6):
        wait_until(partial(have_succeeded, service, jobs, ended), "jobs to end", 60)
        now = states(service, jobs)
        assert now.count("queued") > 0 or ended
        assert now.count("running") > 0 or now.count("queued") > 0
        service.server.kill()
        service.server.start()
        assert not set(states(service, jobs)) & {"failed", "cancelled"}
    assert_all_undisturbed(service, jobs)


def test_away_for_10_seconds(service: Service) -> None:
    """The gateway says so and accepts nothing; workers keep what they have counted until it is back."""
    jobs = submit_many(service, 5)
    before = service.count_jobs()
    wait_until(lambda: "running" in states(service, jobs), "a job to run")
    service.server.kill()

    def refused() -> bool:
        answers = [service.post(QUICK), httpx.get(service.address(jobs[0][1]), timeout=30)]
        for answer in answers:
            assert answer.status_code == 503
            assert answer.json()["type"].endswith(":store-unavailable")
            assert int(answer.headers["Retry-After"]) > 0
        assert httpx.get(f"{service.gateway.url}/health/live").status_code == 200
        assert httpx.get(f"{service.gateway.url}/health/ready").status_code == 503
        return False

    service.let_pass(10, refused)
    service.server.start()
    assert service.count_jobs() == before
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
    assert service.count_jobs() == 1
