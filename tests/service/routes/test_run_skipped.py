"""A client says which rows of a run will not come, and why; the run tells it to whoever looks."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.problems import check_problem


@pytest.fixture
def path(http: httpx.Client) -> str:
    asked = {"name": "points", "model": "plane", "sigma": 0.5, "expected_rows": 3}
    return f"/v1/runs/{http.post('/v1/runs', json=asked).json()['id']}"


def test_it_is_told_with_the_reason_and_completes_the_run(http: httpx.Client, path: str) -> None:
    for key in ("a", "b", "<c>"):
        answer = http.post(f"{path}/skipped", json={"key": key, "reason": f"{key} is no picture"})
        assert (answer.status_code, answer.content) == (204, b"")
    run = http.get(path).json()
    assert (run["status"], run["finished"], run["rows"]["total"], run["rows"]["skipped"]) == (
        "complete",
        True,
        0,
        3,
    )
    first = http.get(f"{path}/skipped", params={"limit": 2}).json()
    rest = http.get(f"{path}/skipped", params={"after": first["next_after"]}).json()
    assert [row["key"] for row in (*first["skipped"], *rest["skipped"])] == ["a", "b", "<c>"]
    assert rest["skipped"][0]["reason"] == "<c> is no picture"
    assert rest["next_after"] is None


def test_a_row_that_is_there_is_not_skipped_too(http: httpx.Client, path: str) -> None:
    row = {"key": "a", "tensor": {"shape": [2], "data": [0.25, 0.5]}}
    assert http.post(f"{path}/rows", json=row).status_code == 202
    assert http.post(f"{path}/skipped", json={"key": "a", "reason": "no answer"}).status_code == 204
    rows = http.get(path).json()["rows"]
    assert (rows["total"], rows["skipped"]) == (1, 0)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"key": "a"}, "reason"),
        ({"key": "", "reason": "none"}, "key"),
        ({"key": "a", "reason": "x" * 1001}, "reason"),
        ({"key": "a", "reason": "none", "label": 1}, "label"),
    ],
)
def test_a_bad_body_names_its_field(http: httpx.Client, path: str, told: dict[str, Any], field: str) -> None:
    problem = check_problem(http.post(f"{path}/skipped", json=told), "invalid-request", 422)
    assert [fault["field"] for fault in problem["errors"]] == [field]


def test_a_cancelled_run_takes_none(http: httpx.Client, path: str) -> None:
    http.delete(path)
    check_problem(http.post(f"{path}/skipped", json={"key": "a", "reason": "none"}), "run-closed", 409)
