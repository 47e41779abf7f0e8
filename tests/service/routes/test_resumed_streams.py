"""A stream that is opened again begins with the job as it stands: nothing that counts is missed."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from redis import Redis

from jobs.ledger import Ledger
from jobs.store import JobStore
from tests.service.conftest import Api
from tests.support.begun import begin
from tests.support.event_streams import parse

JOB = {"model": "plane", "sigma": 0.5, "tensor": {"shape": [2], "data": [0.25, 0.5]}}
AGAIN = {"Last-Event-ID": "17"}


@pytest.fixture
def job_id(api: Api, shared_store: JobStore) -> str:
    made = str(api.json(**JOB).json()["id"])
    begin(shared_store, made)
    return made


def first_event(http: httpx.Client, job_id: str) -> Any:
    """Open a stream again and leave it after an event; return the event's data."""
    with http.stream("GET", f"/v1/certifications/{job_id}/events", headers=AGAIN) as answer:
        lines = answer.iter_lines()
        assert next(lines) == "event: progress"
        return json.loads(next(lines).removeprefix("data: "))


def test_it_begins_with_the_progress_made_meanwhile(
    http: httpx.Client, shared_redis: Redis, job_id: str
) -> None:
    assert first_event(http, job_id)["progress"]["samples_done"] == 0
    Ledger(shared_redis).report(job_id, 0, 10)
    assert first_event(http, job_id)["progress"]["samples_done"] in {0, 10}
    with http.stream("GET", f"/v1/certifications/{job_id}/events", headers=AGAIN) as answer:
        for line in answer.iter_lines():
            if '"samples_done":10' in line:
                break
        else:
            pytest.fail("the stream ended before it told the progress")


def test_it_is_the_end_alone_once_the_job_has_ended(http: httpx.Client, job_id: str) -> None:
    first_event(http, job_id)
    cancelled = http.delete(f"/v1/certifications/{job_id}").json()
    answer = http.get(f"/v1/certifications/{job_id}/events", headers=AGAIN)
    assert parse(answer.text) == [("end", cancelled)]
