"""A poll is answered as the description says, although it takes a shorter way than other requests."""

from __future__ import annotations

import httpx
import pytest

from tests.service.conftest import Api
from tests.support.problems import check_problem

JOB = {"model": "plane", "sigma": 0.5, "tensor": {"shape": [2], "data": [0.25, 0.5]}}


@pytest.fixture
def path(api: Api) -> str:
    location = str(api.json(**JOB).headers["location"])
    api.http.delete(location)
    return location


def told(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in {"x-request-id", "date"}}


def test_it_is_answered_as_by_the_route_that_is_described(http: httpx.Client, path: str) -> None:
    short, long = http.get(path), http.get(f"{path}?&")
    assert short.content == long.content
    assert told(short) == told(long)


def test_a_query_is_refused(http: httpx.Client, path: str) -> None:
    assert check_problem(http.get(f"{path}?full=1"), "invalid-request", 422)["errors"][0]["field"] == "full"


def test_it_is_counted_under_the_path_of_the_description(http: httpx.Client, path: str) -> None:
    counter = 'certify_http_requests_total{method="GET",route="/v1/certifications/{job_id}",status="200"}'

    def count() -> float:
        lines = http.get("/metrics").text.splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(counter))

    before = count()
    http.get(path)
    assert count() == before + 1
