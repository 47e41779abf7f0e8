"""A job that has expired is gone at once for those who poll it, and its streams close."""

from __future__ import annotations

import httpx
import pytest
from redis import Redis

from jobs import keys
from tests.service.conftest import Api
from tests.support.problems import check_problem
from tests.support.wait import wait_until

JOB = {"model": "plane", "sigma": 0.5, "tensor": {"shape": [2], "data": [0.25, 0.5]}}


@pytest.fixture
def path(api: Api) -> str:
    return str(api.json(**JOB).headers["location"])


def expire(client: Redis, path: str) -> None:
    """Do what the server does when the time of a job is over."""
    client.delete(keys.job(path.rpartition("/")[2]))


def test_a_poll_finds_it_gone(http: httpx.Client, shared_redis: Redis, path: str) -> None:
    http.delete(path)
    assert http.get(path).is_success
    expire(shared_redis, path)
    gone = wait_until(lambda: (answer := http.get(path)).is_error and answer, "the look to be too old")
    assert isinstance(gone, httpx.Response)
    check_problem(gone, "job-not-found", 404)


def test_a_stream_of_it_closes_without_an_end(http: httpx.Client, shared_redis: Redis, path: str) -> None:
    with http.stream("GET", f"{path}/events") as answer:
        lines = answer.iter_lines()
        assert next(lines) == "event: progress"
        expire(shared_redis, path)
        assert "event: end" not in list(lines)
    check_problem(http.get(f"{path}/events"), "job-not-found", 404)
