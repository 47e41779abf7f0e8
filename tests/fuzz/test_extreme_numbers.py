"""Every number of a request, at the ends of what a double or an integer can be, against a live gateway."""

from __future__ import annotations

import base64
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
        httpx.Client(base_url=gateway.url, timeout=60) as client,
    ):
        yield client
        assert "Traceback" not in gateway.log


@pytest.fixture(scope="module")
def run(http: httpx.Client) -> str:
    """The address of a run with a row, and with one that will not come."""
    asked = {"model": "good", "name": "pages", "sigma": 0.5, "n": 1000, "radii": [5e-324, 0.25]}
    path = str(http.post("/v1/runs", json=asked).headers["location"])
    assert http.post(f"{path}/rows", json={"key": "a", "tensor": TENSOR}).status_code == 202
    assert http.post(f"{path}/skipped", json={"key": "b", "reason": "no picture"}).is_success
    return path


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
    answer = http.post("/v1/runs", json=body)
    refused_or_taken(answer)
    if answer.is_success:
        path = answer.headers["location"]
        for shown in (path, f"{path}/results", f"{path}/curve", f"{path}/comparison?with={path[-22:]}"):
            assert http.get(shown).status_code == 200, shown


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


@many
@given(st.sampled_from(["rows", "skipped"]), number, number | st.none())
def test_a_page_of_a_run(http: httpx.Client, run: str, shown: str, after: float, limit: float | None) -> None:
    told = {"after": str(after)} | ({} if limit is None else {"limit": str(limit)})
    refused_or_taken(http.get(f"{run}/{shown}", params=told))


@pytest.mark.parametrize("extreme", NUMBERS, ids=lambda number: str(number)[:24])
@pytest.mark.parametrize("listed", ["/v1/runs", "/v1/certifications"])
def test_a_list(http: httpx.Client, listed: str, extreme: float) -> None:
    cursor = base64.urlsafe_b64encode(str(extreme).encode()).decode().rstrip("=")
    refused_or_taken(http.get(listed, params={"limit": str(extreme)}))
    refused_or_taken(http.get(listed, params={"cursor": cursor}))


@pytest.mark.parametrize("extreme", NUMBERS, ids=lambda number: str(number)[:24])
def test_the_points_of_a_curve(http: httpx.Client, run: str, extreme: float) -> None:
    refused_or_taken(http.get(f"{run}/curve", params={"points": str(extreme)}))
