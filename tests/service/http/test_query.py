"""A query parameter that a path does not have, or that is given twice, is refused by its name."""

from __future__ import annotations

import httpx
import pytest

from tests.support.pictures import RAMP, encode
from tests.support.problems import check_problem

LIST = "/v1/certifications"


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (f"{LIST}?state=queued", ["state"]),
        (f"{LIST}?Limit=3", ["Limit"]),
        (f"{LIST}?limit=3&limit=4", ["limit"]),
        (f"{LIST}?status=queued&status=running", ["status"]),
        (f"{LIST}?cursor=&offset=1&page=2&page=3", ["offset", "page"]),
        (f"{LIST}?=1", ['""']),
        (f"{LIST}?{'x' * 100}=1", ["x" * 64]),
        (f"{LIST}/{'A' * 22}?verbose", ["verbose"]),
        (f"{LIST}/{'A' * 22}/events?since=1", ["since"]),
        ("/v1/models?limit=1", ["limit"]),
        ("/v1/models/grey?x=1", ["x"]),
        ("/metrics?name=x", ["name"]),
    ],
)
def test_it_is_named(http: httpx.Client, path: str, fields: list[str]) -> None:
    problem = check_problem(http.get(path), "invalid-request", 422)
    assert [fault["field"] for fault in problem["errors"]] == fields


def test_what_there_is_instead_is_told(http: httpx.Client) -> None:
    told = http.get(f"{LIST}?state=queued").json()["errors"][0]["message"]
    has = "limit, cursor, status, model, certifier, key"
    assert told == f"is not a query parameter of this path: it has {has}"
    assert http.get("/v1/models?x").json()["errors"][0]["message"].endswith("it has none")
    assert http.get(f"{LIST}?limit=1&limit=1").json()["errors"][0]["message"] == "given more than once"


def test_fields_of_a_submission_are_not_taken_from_the_query(http: httpx.Client) -> None:
    answer = http.post(f"{LIST}?n=1000", data={"model": "grey"}, files={"image": encode(RAMP)})
    problem = check_problem(answer, "invalid-request", 422)
    assert problem["errors"][0]["field"] == "n"
    answer = http.delete(f"{LIST}/{'A' * 22}?force=1")
    assert check_problem(answer, "invalid-request", 422)["errors"][0]["field"] == "force"


def test_a_probe_is_answered_whatever_stands_behind_its_path(http: httpx.Client) -> None:
    assert http.get("/health/live?probe=1").status_code == 200


def test_the_list_is_filtered_by_the_name_that_the_answer_has(http: httpx.Client) -> None:
    http.post(LIST, data={"model": "grey"}, files={"image": encode(RAMP)})
    (job,) = http.get(f"{LIST}?limit=1&status=queued").json()["jobs"]
    assert job["status"] == "queued"
