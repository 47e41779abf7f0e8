"""A run's table says the same in every format, read back by readers that are not ours."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import httpx
import pyarrow as pa
import pytest
from pyarrow import parquet

from jobs.runs.run_store import RunStore
from jobs.shared_settings import JobsSettings
from jobs.store import JobStore
from tests.support.mixed_runs import ROWS, mixed_run
from tests.support.problems import check_problem
from tests.support.run_specs import add_row, run_spec

PARQUET = "application/vnd.apache.parquet"
MANY = 1203
"""More rows than are read at once, and no multiple of that."""
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def path(http: httpx.Client, shared_store: JobStore) -> str:
    return mixed_run(http, shared_store)


@pytest.fixture(scope="module")
def long(shared_store: JobStore) -> str:
    """A run of many rows, none of which is open: the other tests need the room."""
    runs = RunStore(shared_store._redis, JobsSettings(), shared_store)
    run_id = runs.create(run_spec()).id
    for i in range(MANY):
        add_row(shared_store, run_id, f"row {i}", i % 3)
    runs.cancel(run_id)
    return f"/v1/runs/{run_id}"


def _separated(delimiter: str) -> Callable[[bytes], Rows]:
    kinds: dict[str, Callable[[str], Any]] = {
        **dict.fromkeys(("number", "label", "predicted", "clean", "samples"), int),
        **dict.fromkeys(("radius", "seconds"), float),
        **dict.fromkeys(("abstained", "correct"), lambda text: {"0": False, "1": True}[text]),
    }

    def read(content: bytes) -> Rows:
        table = csv.DictReader(io.StringIO(content.decode(), newline=""), delimiter=delimiter, strict=True)
        return [
            {name: kinds.get(name, str)(text) if text else None for name, text in row.items()}
            for row in table
        ]

    return read


def _json_lines(content: bytes) -> Rows:
    return [json.loads(line) for line in content.decode().split("\n")[:-1]]


def _parquet(content: bytes) -> Rows:
    rows: Rows = parquet.read_table(io.BytesIO(content)).to_pylist()
    return rows


READERS = {
    "text/tab-separated-values": _separated("\t"),
    "text/csv": _separated(","),
    "application/x-ndjson": _json_lines,
    PARQUET: _parquet,
}


@pytest.mark.parametrize("kind", READERS)
def test_what_is_written_is_read_back_as_the_rows(http: httpx.Client, path: str, kind: str) -> None:
    answer = http.get(f"{path}/results", headers={"Accept": kind})
    assert answer.headers["content-type"].split(";")[0] == kind
    assert answer.headers["vary"] == "Accept"
    rows = READERS[kind](answer.content)
    assert rows == http.get(f"{path}/rows").json()["rows"], "to the last digit"
    assert [row["key"] for row in rows] == [made.key for made in ROWS]
    radii = [made.radius if made.becomes == "succeeded" else None for made in ROWS]
    assert [row["radius"] for row in rows] == radii
    states = [None if made.becomes == "open" else made.becomes for made in ROWS]
    assert [row["status"] for row in rows] == states


@pytest.mark.parametrize("kind", READERS)
def test_every_row_of_a_long_run_comes_once_and_in_order(http: httpx.Client, long: str, kind: str) -> None:
    rows = READERS[kind](http.get(f"{long}/results", headers={"Accept": kind}).content)
    assert [(row["number"], row["key"]) for row in rows] == [(i + 1, f"row {i}") for i in range(MANY)]


@pytest.mark.parametrize("kind", READERS)
def test_a_run_without_rows_has_an_empty_table(http: httpx.Client, kind: str) -> None:
    run = http.post("/v1/runs", json={"name": "none", "model": "plane", "sigma": 0.5}).headers["location"]
    answer = http.get(f"{run}/results", headers={"Accept": kind})
    assert answer.status_code == 200
    assert READERS[kind](answer.content) == []


def test_columns_of_parquet_have_the_types_of_the_fields(http: httpx.Client, path: str) -> None:
    content = http.get(f"{path}/results", headers={"Accept": PARQUET}).content
    schema = parquet.read_schema(io.BytesIO(content))
    assert {field.name: (field.type, field.nullable) for field in schema} == {
        "number": (pa.int64(), False),
        "key": (pa.string(), False),
        "job": (pa.string(), False),
        "label": (pa.int64(), True),
        "status": (pa.string(), True),
        "predicted": (pa.int64(), True),
        "clean": (pa.int64(), True),
        "abstained": (pa.bool_(), True),
        "radius": (pa.float64(), True),
        "correct": (pa.bool_(), True),
        "samples": (pa.int64(), True),
        "seconds": (pa.float64(), True),
    }


def test_every_row_is_a_certification_that_is_read_and_listed(http: httpx.Client, path: str) -> None:
    rows = http.get(f"{path}/rows").json()["rows"]
    listed: dict[str, Any] = {}
    cursor: str | None = ""
    while cursor is not None and len(listed) < 10_000:
        page = http.get("/v1/certifications", params={"limit": 100} | ({"cursor": cursor} if cursor else {}))
        assert page.status_code == 200, page.text
        listed |= {job["id"]: job for job in page.json()["jobs"]}
        cursor = page.json()["next_cursor"]
    for row in rows:
        job = http.get(f"/v1/certifications/{row['job']}").json()
        assert job == listed[row["job"]]
        assert job["status"] == (row["status"] or "queued")
        assert (job["certificate"] or {}).get("radius") == row["radius"]


def test_a_form_that_nobody_offers_is_refused_with_a_list_of_those_there_are(
    http: httpx.Client, path: str
) -> None:
    problem = check_problem(
        http.get(f"{path}/results", headers={"Accept": "image/png"}), "not-acceptable", 406
    )
    assert all(kind in problem["detail"] for kind in READERS)
