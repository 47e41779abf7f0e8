"""The events of a run: every change, the end once nothing more comes, and going on after a break."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from jobs.store import JobStore
from tests.support.api_keys import ALICE, BOB, Ask
from tests.support.begun import begin
from tests.support.gateway import running_gateway
from tests.support.problems import check_problem
from tests.support.run_specs import whole_certificate
from tests.support.server import Server

RUN: dict[str, Any] = {"name": "points", "model": "plane", "sigma": 0.5, "n": 1000, "radii": [0.5]}
TENSOR = {"shape": [2], "data": [0.25, 0.5]}

Event = tuple[str, str, dict[str, Any]]
"""Kind, id and data."""


def new_run(http: httpx.Client, **more: Any) -> str:
    return f"/v1/runs/{http.post('/v1/runs', json={**RUN, **more}).json()['id']}"


def add(http: httpx.Client, path: str, key: str) -> str:
    answer = http.post(f"{path}/rows", json={"key": key, "label": 0, "tensor": TENSOR})
    return str(answer.json()["id"])


def end(store: JobStore, job_id: str) -> None:
    begin(store, job_id)
    store.succeed(job_id, whole_certificate(0.75))


@contextmanager
def followed(gateway_url: str, path: str, last: str | None = None) -> Iterator[Iterator[Event]]:
    headers = {} if last is None else {"Last-Event-ID": last}
    with (
        httpx.Client(base_url=gateway_url, timeout=60) as client,
        client.stream("GET", f"{path}/events", headers=headers) as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _events(answer.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[Event]:
    fields: dict[str, str] = {}
    for line in lines:
        if line and not line.startswith(":"):
            name, value = line.split(": ", 1)
            fields[name] = value
        elif fields:
            yield fields["event"], fields["id"], json.loads(fields["data"])
            fields = {}


def until(events: Iterator[Event], **rows: int) -> Event:
    """Return the first event whose counts are these."""
    return next(event for event in events if rows.items() <= event[2]["rows"].items())


def test_the_end_comes_when_all_expected_rows_have_ended(http: httpx.Client, shared_store: JobStore) -> None:
    path = new_run(http, expected_rows=2)
    with followed(str(http.base_url), path) as events:
        kind, _, first = next(events)
        assert (kind, first["rows"]["total"], first["finished"]) == ("progress", 0, False)
        job = add(http, path, "a")
        assert until(events, queued=1)[0] == "progress"
        end(shared_store, job)
        assert until(events, succeeded=1)[0] == "progress", "one expected row is missing"
        end(shared_store, add(http, path, "b"))
        *_, (kind, _, last) = events
    assert (kind, last["finished"], last["summary"]["certified"][0]["rows"]) == ("end", True, 2)
    assert last == http.get(path).json()


def test_the_end_comes_when_the_run_is_cancelled(http: httpx.Client) -> None:
    path = new_run(http)
    add(http, path, "a")
    with followed(str(http.base_url), path) as events:
        assert next(events)[0] == "progress"
        cancelled = http.delete(path).json()
        *_, (kind, _, last) = events
    assert (kind, last["status"], last["rows"]["cancelled"]) == ("end", "cancelled", 1)
    assert last == cancelled


def test_a_run_that_has_finished_tells_its_end_alone(http: httpx.Client) -> None:
    path = new_run(http)
    http.delete(path)
    with followed(str(http.base_url), path) as events:
        assert [kind for kind, _, _ in events] == ["end"]


def test_a_stream_that_is_opened_again_begins_with_the_next_change(http: httpx.Client) -> None:
    path = new_run(http)
    with followed(str(http.base_url), path) as events:
        _, before, _ = next(events)
    with followed(str(http.base_url), path, last=before) as events:
        add(http, path, "a")
        _, after, told = next(events)
    assert after != before
    assert told["rows"]["queued"] == 1
    with followed(str(http.base_url), path, last="of another run") as events:
        assert next(events)[1] == after


def test_a_stream_of_a_run_that_expires_closes_without_an_end(
    http: httpx.Client, shared_store: JobStore
) -> None:
    path = new_run(http)
    with followed(str(http.base_url), path) as events:
        next(events)
        shared_store._redis.delete(f"certify:run:{path.rpartition('/')[2]}")
        assert list(events) == []
    check_problem(http.get(f"{path}/events"), "run-not-found", 404)


def test_a_stream_that_has_been_open_for_long_is_closed_and_can_be_opened_again(
    shared_server: Server, models_dir: Path, tmp_path: Path
) -> None:
    with (
        running_gateway(
            tmp_path, shared_server.url, models_dir, run_events_interval_s=0.02, run_events_max_s=0.3
        ) as gateway,
        httpx.Client(base_url=gateway.url, timeout=60) as client,
    ):
        path = new_run(client)
        with followed(gateway.url, path) as events:
            ((kind, mark, _),) = events
        with followed(gateway.url, path, last=mark) as events:
            assert (kind, list(events)) == ("progress", [])


def test_nobody_follows_the_run_of_another_owner(ask: Ask) -> None:
    path = ask("POST", "/v1/runs", ALICE, json=RUN).headers["location"]
    check_problem(ask("GET", f"{path}/events", BOB), "run-not-found", 404)


@pytest.mark.parametrize("last", ["x" * 65, "x" * 5000], ids=["65", "5000"])
def test_an_id_that_no_event_has_is_refused(http: httpx.Client, last: str) -> None:
    answer = http.get(f"{new_run(http)}/events", headers={"Last-Event-ID": last})
    problem = check_problem(answer, "invalid-request", 422)
    assert [error["field"].lower() for error in problem["errors"]] == ["last-event-id"]
