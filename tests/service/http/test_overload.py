"""Bounds on what is stored and served: past them a clear refusal, and nothing is stored or tied up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis

from jobs import keys
from jobs.connection import connect
from jobs.shared_settings import JobsSettings
from tests.support.gateway import Gateway, running_gateway
from tests.support.pictures import RAMP, encode
from tests.support.problems import check_problem
from tests.support.raw_requests import connection
from tests.support.server import Server, running_server
from tests.support.wait import wait_until

PNG = encode(RAMP)
MOST_JOBS = 4
MOST_STREAMS = 2
MOST_CONNECTIONS = 12
HELD_BYTES = 200_000
PATIENT_S = 300
"""Longer than a test holds a connection open, however slow the machine is."""


@pytest.fixture(scope="module")
def small_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("valkey")) as server:
        yield server


@pytest.fixture(scope="module")
def small_redis(small_server: Server) -> Iterator[Redis]:
    client = connect(JobsSettings(redis_url=small_server.url))
    yield client
    client.close()


@pytest.fixture(scope="module")
def small_gateway(
    small_server: Server, models_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    """A gateway with little room everywhere."""
    with running_gateway(
        tmp_path_factory.mktemp("gateway"),
        small_server.url,
        models_dir,
        max_active_jobs=MOST_JOBS,
        max_stored_bytes=2**30,
        max_event_streams=MOST_STREAMS,
        max_connections=MOST_CONNECTIONS,
        max_body_bytes=HELD_BYTES,
        max_held_bytes=HELD_BYTES,
        events_interval_s=0.02,
    ) as gateway:
        yield gateway


@pytest.fixture
def small(small_gateway: Gateway, small_redis: Redis) -> Gateway:
    """The same gateway on an empty store."""
    small_redis.flushall()
    return small_gateway


def submit(gateway: Gateway, key: str | None = None) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return httpx.post(
        f"{gateway.url}/v1/certifications",
        data={"model": "grey"},
        files={"image": PNG},
        headers=headers,
        timeout=60,
    )


def test_the_queue_is_bounded_and_a_refused_job_leaves_nothing(small: Gateway, small_redis: Redis) -> None:
    accepted = [submit(small, key=f"job-{i}") for i in range(MOST_JOBS)]
    assert {answer.status_code for answer in accepted} == {202}
    before = sorted(small_redis.keys())
    refused = submit(small, key="one too many")
    problem = check_problem(refused, "overloaded", 503)
    assert "Nothing was stored" in problem["detail"]
    assert int(refused.headers["retry-after"]) > 0
    assert sorted(small_redis.keys()) == before
    again = submit(small, key="job-0")
    assert again.status_code == 202
    assert again.json()["id"] == accepted[0].json()["id"]
    httpx.delete(f"{small.url}/v1/certifications/{accepted[0].json()['id']}")
    assert submit(small, key="one too many").status_code == 202


def test_rivals_do_not_overfill_the_queue(small: Gateway, small_redis: Redis) -> None:
    with ThreadPoolExecutor(8) as pool:
        statuses = [answer.status_code for answer in pool.map(lambda _: submit(small), range(24))]
    assert statuses.count(202) == MOST_JOBS
    assert statuses.count(503) == 24 - MOST_JOBS
    assert small_redis.zcard(keys.INDEX) == MOST_JOBS


def test_the_stores_memory_is_bounded(
    small_server: Server, small_redis: Redis, models_dir: Path, tmp_path: Path
) -> None:
    small_redis.flushall()
    with running_gateway(tmp_path, small_server.url, models_dir, max_stored_bytes=2**24) as gateway:
        assert submit(gateway).status_code == 202
        small_redis.set("ballast", bytes(2**24))
        before = sorted(small_redis.keys())
        refused = submit(gateway)
        check_problem(refused, "overloaded", 503)
        assert int(refused.headers["retry-after"]) > 0
        assert sorted(small_redis.keys()) == before
        small_redis.delete("ballast")
        wait_until(lambda: submit(gateway).status_code == 202, "the memory to be free again")


def begin_run(gateway: Gateway) -> httpx.Response:
    fields = {"name": "few", "model": "grey"}
    return httpx.post(f"{gateway.url}/v1/runs", json=fields, timeout=60)


@pytest.mark.parametrize("begun", [submit, begin_run])
def test_streams_of_events_are_bounded(small: Gateway, begun: Callable[[Gateway], httpx.Response]) -> None:
    events = f"{small.url}{begun(small).headers['location']}/events"
    with ExitStack() as open_streams:
        followed = []  # a stream is closed with the iterator over it
        for _ in range(MOST_STREAMS):
            answer = open_streams.enter_context(httpx.stream("GET", events, timeout=60))
            followed.append(answer.iter_lines())
            assert "event: progress" in (next(followed[-1]), next(followed[-1]))
        refused = httpx.get(events, timeout=60)
        check_problem(refused, "overloaded", 503)
        assert int(refused.headers["retry-after"]) > 0
        assert httpx.get(events.removesuffix("/events")).status_code == 200

    def streams() -> bool:
        with httpx.stream("GET", events, timeout=60) as answer:
            return answer.status_code == 200

    wait_until(streams, "a stream to be free again")


def test_connections_past_the_limit_are_refused_in_words_and_then_cut(
    small_server: Server, models_dir: Path, tmp_path: Path
) -> None:
    with (
        running_gateway(
            tmp_path, small_server.url, models_dir, max_connections=3, head_timeout_s=PATIENT_S
        ) as gateway,
        ExitStack() as held,
    ):
        for _ in range(3):
            held.enter_context(closing(connection(gateway)))
        refused = httpx.get(f"{gateway.url}/v1/models")
        check_problem(refused, "overloaded", 503)
        assert int(refused.headers["retry-after"]) > 0
        assert refused.headers["connection"] == "close"
        assert httpx.get(f"{gateway.url}/health/live").status_code == 200
        for _ in range(3):
            held.enter_context(closing(connection(gateway)))
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{gateway.url}/health/live")
        held.close()
        wait_until(lambda: httpx.get(f"{gateway.url}/v1/models").status_code == 200, "room again")


def test_a_crowd_of_slow_clients_does_not_keep_polls_waiting(
    small_server: Server, models_dir: Path, tmp_path: Path
) -> None:
    """Heads and bodies that come a byte at a time on 100 connections, and polls beside them."""
    head = b"POST /v1/certifications HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    patient: dict[str, Any] = {"head_timeout_s": PATIENT_S, "body_timeout_s": PATIENT_S}
    with running_gateway(tmp_path, small_server.url, models_dir, **patient) as gateway, ExitStack() as slow:
        job = f"{gateway.url}/v1/certifications/{submit(gateway).json()['id']}"
        crowd = [
            slow.enter_context(closing(connection(gateway, begun)))
            for begun in (head, head + b"Content-Length: 1000000\r\n\r\n") * 50
        ]
        with httpx.Client(timeout=60) as client:
            for _ in range(5):
                for one in crowd:
                    one.sendall(b"x")
                assert client.get(job).status_code == 200
        assert httpx.delete(job).status_code == 200


def test_slow_bodies_do_not_keep_status_and_other_submissions_from_being_answered(small: Gateway) -> None:
    head = (
        b"POST /v1/certifications HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: 100000\r\n\r\n{"
    )
    with ExitStack() as slow:
        for _ in range(MOST_CONNECTIONS // 2):
            slow.enter_context(closing(connection(small, head)))
        job = submit(small)
        assert job.status_code == 202
        assert httpx.get(f"{small.url}/v1/certifications/{job.json()['id']}").status_code == 200


def test_bodies_that_are_held_are_bounded(small: Gateway) -> None:
    head = (
        b"POST /v1/certifications HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b"Content-Length: 190000\r\n\r\n" + b" " * 180_000
    )
    body = b" " * 50_000

    def refused() -> bool:
        """Whether the second body was refused: the gateway may read either of the two first."""
        with closing(connection(small, head)):
            answer = httpx.post(
                f"{small.url}/v1/certifications",
                content=body,
                headers={"Content-Type": "application/json"},
                timeout=60,
            )
        return answer.status_code == 503 and "overloaded" in answer.json()["type"]

    wait_until(refused, "the first body to be held")
    wait_until(lambda: submit(small).status_code == 202, "the held bytes to be free again")


def test_a_queued_job_says_its_place_and_that_nobody_works(small: Gateway) -> None:
    first, second = (submit(small).json() for _ in range(2))
    assert (first["queue_position"], second["queue_position"]) == (1, 2)
    assert first["waiting_for"] == "no live worker"
    httpx.delete(f"{small.url}/v1/certifications/{first['id']}")
    left = httpx.get(f"{small.url}/v1/certifications/{second['id']}").json()
    assert left["queue_position"] == 1
    ended = httpx.get(f"{small.url}/v1/certifications/{first['id']}").json()
    assert (ended["queue_position"], ended["waiting_for"]) == (None, None)


def test_metrics_tell_the_queue(small: Gateway) -> None:
    for _ in range(2):
        submit(small)
    text = httpx.get(f"{small.url}/metrics").text
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(values['certify_jobs{state="queued"}']) == 2
    assert 0 < float(values["certify_queue_age_seconds"]) < 60
    assert float(values["certify_workers"]) == 0
    assert float(values["certify_samples_total"]) == 0
    assert float(values["certify_store_memory_bytes"]) > 100_000
