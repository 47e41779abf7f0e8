"""The end of a job is told to whoever listens, also after the server was away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from jobs.connection import connect
from jobs.end_notices import EndNotices
from jobs.job_records import Failure
from jobs.shared_settings import JobsSettings
from jobs.store import JobStore
from tests.support.server import Server, running_server
from tests.support.specs import submission
from tests.support.wait import wait_until

pytestmark = pytest.mark.own_server


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    with running_server(tmp_path) as server:
        yield server


@pytest.fixture
def own_client(own_server: Server) -> Iterator[Redis]:
    client = connect(JobsSettings(redis_url=own_server.url))
    yield client
    client.close()


@pytest.fixture
def told(own_client: Redis) -> Iterator[list[str]]:
    ids: list[str] = []
    notices = EndNotices(own_client)
    notices.start(ids.append)
    wait_until(lambda: _listeners(own_client) == 1, "the listener")
    yield ids
    notices.stop()
    wait_until(lambda: _listeners(own_client) == 0, "the listener to leave")


def test_each_end_is_told_once(own_server: Server, own_client: Redis, told: list[str]) -> None:
    store = JobStore(own_client, JobsSettings(redis_url=own_server.url))
    done, failed, cancelled, going = (_created(store) for _ in range(4))
    store.succeed(done, {"radius": 0.25})
    store.fail(failed, Failure(type="internal", detail="as the test wants it"))
    store.cancel(cancelled)
    store.cancel(cancelled)
    wait_until(lambda: len(told) == 3, "three ends")
    store.cancel(going)
    wait_until(lambda: len(told) == 4, "the last end")
    assert told == [done, failed, cancelled, going]


def test_a_server_that_was_away_is_listened_to_again(
    own_server: Server, own_client: Redis, told: list[str]
) -> None:
    store = JobStore(own_client, JobsSettings(redis_url=own_server.url))
    job_id = _created(store)
    own_server.kill()
    own_server.start()
    wait_until(lambda: _listeners(own_client) == 1, "the listener to be back")
    store.cancel(job_id)
    wait_until(lambda: told == [job_id], "the end")


def _created(store: JobStore) -> str:
    made = submission(n=100)
    return store.create(made.spec, made.input_bytes).job_id


def _listeners(client: Redis) -> int:
    ((_, number),) = client.pubsub_numsub("certify:ended")
    return int(number)
