"""Every number of a request, at the ends of what a double or an integer can be, against a live gateway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.http.problems import MEDIA_TYPE
from tests.support.gateway import running_gateway
from tests.support.model_folders import write_folder
from tests.support.server import running_server

EXTREMES = [5e-324, 1e-300, 1e-16, 1e16, 1e300, 1.0e307, 1.7976931348623157e308, -1.7976931348623157e308]
NUMBERS = [*EXTREMES, -1, 0, 2**53 + 1, 2**63, 2**64, 10**400]
ASKED: dict[str, list[Any]] = {
    "certifier": [None, "first_order", "second_order", "dipole"],
    "bounds": ["tight", "paper"],
    "decision": ["majority", "multiclass", "top_k"],
    "noise": ["gaussian", "discrete"],
}
TENSOR = {"shape": [1, 4, 4], "data": [0.5] * 16}
many = settings(max_examples=120, deadline=None, derandomize=True)
number = st.sampled_from(NUMBERS)
asked = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in ASKED.items()})
numbers = st.fixed_dictionaries({}, optional=dict.fromkeys(["n", "n0", "eta", "sigma", "seed", "k"], number))


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder, models = tmp_path_factory.mktemp("gateway"), tmp_path_factory.mktemp("models")
    write_folder(models, "good")
    with (
        running_server(tmp_path_factory.mktemp("valkey")) as server,
        running_gateway(folder, server.url, models) as gateway,
        httpx.Client(base_url=gateway.url, timeout=20.0) as client,
    ):
        yield client
        assert "Traceback" not in gateway.log


def refused_or_taken(answer: httpx.Response) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == MEDIA_TYPE
        assert answer.json()["errors"], answer.text


@many
@given(asked, numbers, number | st.none())
@example({"noise": "discrete"}, {"sigma": 1.0e307}, None)
def test_a_job(
    http: httpx.Client, asked: Mapping[str, Any], numbers: Mapping[str, Any], stop: float | None
) -> None:
    body = {"model": "good", "tensor": TENSOR, "sigma": 0.5, "n": 1000, **asked, **numbers}
    if stop is not None:
        body["stop"] = {"radius": stop, "give_up": True}
    refused_or_taken(http.post("/v1/certifications", json=body))


@many
@given(asked, numbers, number | st.none(), st.lists(number, max_size=3))
@example({"noise": "discrete"}, {"sigma": 1.0e307}, 1e308, [3e307])
def test_a_run(
    http: httpx.Client,
    asked: Mapping[str, Any],
    numbers: Mapping[str, Any],
    stop: float | None,
    radii: list[float],
) -> None:
    body = {"model": "good", "name": "extreme", "sigma": 0.5, "n": 1000, **asked, **numbers}
    if stop is not None:
        body["stop"] = {"radius": stop}
    if radii:
        body["radii"] = radii
    refused_or_taken(http.post("/v1/runs", json=body))


@many
@given(asked, numbers, number | st.none(), number | st.none())
@example({"noise": "discrete"}, {"sigma": 1.0e307}, None, None)
def test_a_plan(
    http: httpx.Client,
    asked: Mapping[str, Any],
    numbers: Mapping[str, Any],
    radius: float | None,
    score: float | None,
) -> None:
    query = {"model": "good", "sigma": 0.5, **asked, **numbers, "radius": radius, "score": score}
    told = {
        name: str(value) for name, value in query.items() if name not in {"n0", "seed"} and value is not None
    }
    refused_or_taken(http.get("/v1/plans", params=told))


@many
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(["sigma", "seed", "copies"], number)))
def test_a_preview(http: httpx.Client, numbers: Mapping[str, Any]) -> None:
    refused_or_taken(http.post("/v1/previews", json={"model": "good", "tensor": TENSOR, **numbers}))
