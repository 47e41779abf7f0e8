"""Liveness: workers are seen while they announce themselves, and no longer."""

from __future__ import annotations

import json
import time

import pytest
from redis import Redis

from jobs import keys
from jobs.liveness import SILENT_S, Liveness, WorkerRecord
from jobs.shared_settings import JobsSettings
from tests.support.fleets import here
from tests.support.stack import Stack
from tests.support.wait import wait_until


def record(name: str, started_at: float = 1.0) -> WorkerRecord:
    return WorkerRecord(
        id=name,
        host="host",
        pid=1,
        processes=2,
        fleet=here(),
        started_at=started_at,
        seen_at=time.time(),
        problems={"mnist": "broken"},
    )


def test_announced_workers_are_listed_oldest_first(liveness: Liveness) -> None:
    young, old = record("young", 2.0), record("old", 1.0)
    liveness.beat(young)
    liveness.beat(old)
    assert liveness.live_workers() == (old, young)


def test_a_worker_is_silent_for_a_while_before_it_is_forgotten(
    redis_client: Redis, jobs_settings: JobsSettings
) -> None:
    liveness = Liveness(redis_client, jobs_settings.model_copy(update={"heartbeat_ttl_s": 0.2}))
    liveness.beat(record("one"))
    wait_until(lambda: not liveness.live_workers(), "the worker to fall silent")
    (silent,) = liveness.known_workers().silent
    assert silent.id == "one"
    liveness.beat(record("one"))
    assert redis_client.pttl(keys.worker("one")) > 1000 * SILENT_S
    redis_client.delete(keys.worker("one"))  # as its expiry does
    assert liveness.known_workers() == ((), ())
    assert redis_client.scard(keys.WORKERS) == 0


def test_a_worker_that_leaves_is_gone_at_once(liveness: Liveness) -> None:
    liveness.beat(record("one"))
    liveness.leave("one")
    assert liveness.known_workers() == ((), ())


def test_what_a_newer_release_adds_to_its_heartbeat_is_ignored(
    redis_client: Redis, liveness: Liveness
) -> None:
    newer = record("newer")
    liveness.beat(newer)
    content = json.loads(newer.model_dump_json()) | {"added": 1}
    redis_client.set(keys.worker("newer"), json.dumps(content), keepttl=True)
    assert liveness.live_workers() == (newer,)


def test_a_worker_whose_heartbeat_cannot_be_read_is_logged_and_hides_no_other(
    redis_client: Redis, liveness: Liveness, caplog: pytest.LogCaptureFixture
) -> None:
    strange, known = record("strange"), record("known")
    liveness.beat(strange)
    liveness.beat(known)
    content = json.loads(strange.model_dump_json())
    content["fleet"]["added"] = 1
    redis_client.set(keys.worker("strange"), json.dumps(content), keepttl=True)
    assert liveness.live_workers() == (known,)
    assert "a worker of another release is left out: ('fleet', 'added')" in caplog.text


def test_a_worker_touches_the_file_that_its_health_check_looks_at(stack: Stack) -> None:
    file = stack.folder / "heartbeat"
    worker = stack.extra_worker(heartbeat_file=file, heartbeat_ttl_s=1.0)
    try:
        wait_until(file.exists, "the first sign of life")
        first = file.stat().st_mtime_ns
        wait_until(lambda: file.stat().st_mtime_ns > first, "the next one")
    finally:
        worker.kill()
