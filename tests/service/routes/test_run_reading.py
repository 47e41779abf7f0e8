"""What answers from counts never reads the rows, and a page reads no more rows than it shows."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from redis import Redis

from jobs import keys
from jobs.store import JobStore
from tests.support.begun import begin
from tests.support.round_trips import watched
from tests.support.run_specs import whole_certificate

ROWS = 12
RUN: dict[str, Any] = {
    "name": "points",
    "model": "plane",
    "sigma": 0.5,
    "n": 1000,
    "radii": [0.25, 0.5],
    "expected_rows": ROWS,
}
TENSOR = {"shape": [2], "data": [0.25, 0.5]}


@pytest.fixture
def run_id(http: httpx.Client, shared_store: JobStore) -> str:
    """A run whose rows have ended; the scripts and connections of the gateway are known to the server."""
    found = str(http.post("/v1/runs", json=RUN).json()["id"])
    for i in range(ROWS):
        asked = {"key": str(i), "label": i % 2, "tensor": TENSOR}
        row = http.post(f"/v1/runs/{found}/rows", json=asked)
        begin(shared_store, row.json()["id"])
        shared_store.succeed(row.json()["id"], whole_certificate(0.125 * i))
    return found


def asked_of_rows(http: httpx.Client, client: Redis, run_id: str, path: str) -> list[str]:
    """Return the commands about a run's rows that one request takes."""
    with watched(client) as trips:
        assert http.get(path).status_code == 200
    assert trips, "nothing was seen of the request"
    names = [f"{keys.run(run_id)}:{part}" for part in ("rows", "ends")]
    return [trip.words for trip in trips if any(name in trip.words for name in names)]


@pytest.mark.parametrize("tail", ["", "/events", "/curve?points=5"])
def test_counts(http: httpx.Client, shared_redis: Redis, run_id: str, tail: str) -> None:
    assert asked_of_rows(http, shared_redis, run_id, f"/v1/runs/{run_id}{tail}") == []


def test_a_listing(http: httpx.Client, shared_redis: Redis, run_id: str) -> None:
    assert run_id in [run["id"] for run in http.get("/v1/runs?limit=5").json()["runs"]]
    assert asked_of_rows(http, shared_redis, run_id, "/v1/runs?limit=5") == []


@pytest.mark.parametrize(
    ("among", "numbers"), [("", {"5", "6", "7"}), ("&among=wrong", {"6", "8", "10"})], ids=["all", "wrong"]
)
def test_a_page(http: httpx.Client, shared_redis: Redis, run_id: str, among: str, numbers: set[str]) -> None:
    path = f"/v1/runs/{run_id}/rows?limit=3&after=4{among}"
    (words,) = asked_of_rows(http, shared_redis, run_id, path)
    assert {word for word in words.split() if word.isdigit()} == numbers


def test_the_table_reads_every_row(http: httpx.Client, shared_redis: Redis, run_id: str) -> None:
    words = " ".join(asked_of_rows(http, shared_redis, run_id, f"/v1/runs/{run_id}/results")).split()
    assert {str(number) for number in range(1, ROWS + 1)} <= set(words)
