"""Runs over HTTP: begun, listed, read, cancelled; and what is refused."""

from __future__ import annotations

import secrets
from typing import Any

import httpx
import pytest

from tests.support.api_keys import ALICE, BOB, Ask
from tests.support.problems import check_problem

RUN: dict[str, Any] = {
    "name": "two points",
    "model": "plane",
    "sigma": 0.5,
    "n": 1000,
    "radii": [0.5, 0.25, 0.5],
}
TENSOR = {"shape": [2], "data": [0.25, 0.5]}


@pytest.fixture
def run_id(http: httpx.Client) -> str:
    return str(http.post("/v1/runs", json=RUN).json()["id"])


def test_a_run_states_all_that_its_rows_have_in_common(http: httpx.Client) -> None:
    answer = http.post("/v1/runs", json={**RUN, "certifier": "dipole", "seed": "7", "expected_rows": 3})
    assert answer.status_code == 201, answer.text
    run = answer.json()
    assert answer.headers["location"] == f"/v1/runs/{run['id']}"
    assert (run["name"], run["status"], run["last_row_ended_at"], run["estimated_end"]) == (
        "two points",
        "open",
        None,
        None,
    )
    asked = run["request"]
    assert (asked["certifier"], asked["n"], asked["n0"], asked["eta"]) == ("dipole", 1000, 100, 0.001)
    assert (asked["seed"], asked["radii"], asked["expected_rows"]) == ("7", [0.25, 0.5], 3)
    assert run["rows"]["total"] == 0
    assert run["summary"]["average_certified_radius"] is None
    assert run["summary"]["certified"][0] == {
        "rows": 0, "of": 0, "share": None, "low": 0.0, "high": 1.0, "radius": 0.25
    }  # fmt: skip
    assert http.get(f"/v1/runs/{run['id']}").json() == run
    assert http.get("/v1/runs").json()["runs"][0] == run


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"model": "nowhere"}, "model"),
        ({"n": 0}, "n"),
        ({"n": 10_000_000}, "n"),
        ({"certifier": "dipole", "n": 1001}, "n"),
        ({"radii": [-1.0]}, "radii[0]"),
        ({"radii": [0.1] * 33}, "radii"),
        ({"expected_rows": 0}, "expected_rows"),
        ({"expected_rows": 10**400}, "expected_rows"),
        ({"stop": {"radius": 0.0}}, "stop.radius"),
        ({"tensor": TENSOR}, "tensor"),
        ({"stop_radius": 0.5}, "stop_radius"),
        ({"sigma": None, "model": "plane"}, "sigma"),
    ],
    ids=str,
)
def test_a_run_that_no_row_could_have_is_refused(
    http: httpx.Client, change: dict[str, Any], field: str
) -> None:
    problem = check_problem(http.post("/v1/runs", json={**RUN, **change}), "invalid-request", 422)
    assert [error["field"] for error in problem["errors"]] == [field]


def test_a_run_is_no_form(http: httpx.Client) -> None:
    answer = http.post("/v1/runs", data={"name": "x"}, files={"image": b"x"})
    check_problem(answer, "unsupported-media-type", 415)


def test_a_row_is_a_certification_with_a_seed_of_its_own(http: httpx.Client, run_id: str) -> None:
    path = f"/v1/runs/{run_id}/rows"
    first = http.post(path, json={"key": "a", "label": 1, "tensor": TENSOR})
    again = http.post(path, json={"key": "a", "label": 1, "tensor": TENSOR})
    other = http.post(path, json={"key": "b", "tensor": TENSOR})
    assert [answer.status_code for answer in (first, again, other)] == [202, 202, 202]
    assert first.json()["id"] == again.json()["id"] != other.json()["id"]
    assert [answer.headers["idempotency-replayed"] for answer in (first, again)] == ["false", "true"]
    assert http.get(first.headers["location"]).json()["request"]["n"] == 1000
    assert first.json()["request"]["seed"] != other.json()["request"]["seed"]
    rows = http.get(path).json()
    assert [(row["number"], row["key"], row["label"], row["job"]) for row in rows["rows"]] == [
        (1, "a", 1, first.json()["id"]),
        (2, "b", None, other.json()["id"]),
    ]
    assert rows["next_after"] is None
    assert http.get(path, params={"limit": 1}).json()["next_after"] == 1
    assert [row["key"] for row in http.get(path, params={"after": 1}).json()["rows"]] == ["b"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": ""}, "key"),
        ({"key": "a\nb"}, "key"),
        ({"key": "x" * 201}, "key"),
        ({"label": 17}, "label"),
        ({"label": "no such class"}, "label"),
        ({"label": -1}, "label"),
        pytest.param({"label": "1" * 5000}, "label", id="a label of 5000 digits"),
        ({"sigma": 0.25}, "sigma"),
        ({"tensor": {"shape": [3], "data": [0.0, 0.0, 0.0]}}, "tensor.shape"),
        ({"tensor": None}, "image"),
    ],
    ids=str,
)
def test_a_row_that_is_wrong_names_the_field(
    http: httpx.Client, run_id: str, change: dict[str, Any], field: str
) -> None:
    answer = http.post(f"/v1/runs/{run_id}/rows", json={"key": "a", "tensor": TENSOR, **change})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field
    assert http.get(f"/v1/runs/{run_id}").json()["rows"]["total"] == 0


def test_what_the_run_fixes_is_said_to_be_fixed(http: httpx.Client, run_id: str) -> None:
    answer = http.post(f"/v1/runs/{run_id}/rows", json={"key": "a", "tensor": TENSOR, "n": 5})
    assert "its run fixes it" in answer.json()["errors"][0]["message"]


def test_another_input_of_the_same_key_is_refused(http: httpx.Client, run_id: str) -> None:
    path = f"/v1/runs/{run_id}/rows"
    assert http.post(path, json={"key": "a", "tensor": TENSOR}).status_code == 202
    other = {"key": "a", "tensor": {"shape": [2], "data": [0.5, 0.5]}}
    check_problem(http.post(path, json=other), "idempotency-key-reused", 422)
    check_problem(
        http.post(path, json={"key": "a", "label": 0, "tensor": TENSOR}), "idempotency-key-reused", 422
    )


def test_a_cancelled_run_takes_no_rows(http: httpx.Client, run_id: str) -> None:
    path = f"/v1/runs/{run_id}"
    job = http.post(f"{path}/rows", json={"key": "a", "tensor": TENSOR}).json()["id"]
    for _ in range(2):
        run = http.delete(path).json()
        assert (run["status"], run["rows"]["cancelled"], run["rows"]["queued"]) == ("cancelled", 1, 0)
    assert http.get(f"/v1/certifications/{job}").json()["status"] == "cancelled"
    check_problem(http.post(f"{path}/rows", json={"key": "b", "tensor": TENSOR}), "run-closed", 409)
    rows = http.get(f"{path}/rows", params={"among": "cancelled"}).json()["rows"]
    assert [(row["key"], row["status"]) for row in rows] == [("a", "cancelled")]


@pytest.mark.parametrize("tail", ["", "/rows", "/results", "/curve"])
@pytest.mark.parametrize("run_id", ["A" * 22, "x", "A" * 23, "*" * 22])
def test_an_unknown_run_is_404(http: httpx.Client, run_id: str, tail: str) -> None:
    check_problem(http.get(f"/v1/runs/{run_id}{tail}"), "run-not-found", 404)


def test_the_table_comes_in_the_form_that_is_asked_for(http: httpx.Client, run_id: str) -> None:
    http.post(f"/v1/runs/{run_id}/rows", json={"key": 'a, "b"', "label": "1", "tensor": TENSOR})
    path = f"/v1/runs/{run_id}/results"
    default, comma, lines = (
        http.get(path, headers={"Accept": kind}) for kind in ("*/*", "text/csv", "application/x-ndjson;q=0.9")
    )
    assert default.headers["content-type"].startswith("text/tab-separated-values")
    header, row = default.text.splitlines()
    assert header.split("\t")[:5] == ["number", "key", "job", "label", "status"]
    assert row.split("\t")[0] == "1"
    assert comma.text.splitlines()[1].startswith('1,"a, ""b""",')
    assert lines.json()["key"] == 'a, "b"'
    assert lines.json()["label"] == 1
    check_problem(http.get(path, headers={"Accept": "image/png"}), "not-acceptable", 406)


def test_the_list_is_picked_by_state_model_certifier_and_name(http: httpx.Client) -> None:
    mark = secrets.token_hex(8)
    first, second = (
        http.post("/v1/runs", json={**RUN, "name": f"{mark} {i}", "certifier": certifier}).json()["id"]
        for i, certifier in enumerate(("dipole", "first_order"))
    )
    http.delete(f"/v1/runs/{second}")

    def picked(**query: str) -> list[str]:
        answer = http.get("/v1/runs", params={"name": mark, **query})
        assert answer.status_code == 200, answer.text
        return [run["id"] for run in answer.json()["runs"]]

    assert picked() == [second, first]
    assert picked(name=f"{mark} 0") == [first]
    assert picked(status="open") == picked(certifier="dipole") == [first]
    assert picked(status="cancelled") == [second]
    assert picked(status="complete") == picked(model="grey") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "ended"}, "status"),
        ({"certifier": "third_order"}, "certifier"),
        ({"model": "m" * 201}, "model"),
        ({"name": "n" * 201}, "name"),
        ({"cursor": "AAAA"}, "cursor"),
        ({"limit": "0"}, "limit"),
        ({"state": "open"}, "state"),
    ],
    ids=str,
)
def test_a_list_of_what_there_cannot_be_is_refused(
    http: httpx.Client, query: dict[str, str], field: str
) -> None:
    problem = check_problem(http.get("/v1/runs", params=query), "invalid-request", 422)
    assert [error["field"] for error in problem["errors"]] == [field]


def test_runs_of_another_owner_are_not_there(ask: Ask) -> None:
    path = ask("POST", "/v1/runs", ALICE, json=RUN).headers["location"]
    assert ask("GET", path, ALICE).status_code == 200
    for method, tail in (
        ("GET", ""),
        ("DELETE", ""),
        ("GET", "/rows"),
        ("GET", "/results"),
        ("POST", "/rows"),
    ):
        answer = ask(
            method, path + tail, BOB, **({"json": {"key": "a", "tensor": TENSOR}} if method == "POST" else {})
        )
        check_problem(answer, "run-not-found", 404)
    assert ask("GET", "/v1/runs", BOB).json()["runs"] == []
    check_problem(ask("GET", path), "unauthorized", 401)
