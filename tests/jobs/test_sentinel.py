"""Store and queue find the primary through Sentinels, also after another server has become it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from redis import Redis, RedisError

from jobs import keys
from jobs.celery_app import make_celery
from jobs.connection import connect
from jobs.job_errors import StoreUnavailable
from jobs.shared_settings import JobsSettings
from jobs.step_queue import Queue
from jobs.store import JobStore
from tests.support.queued import queued
from tests.support.replicas import MASTER, Pair, running_pair, running_sentinel
from tests.support.server import free_port
from tests.support.specs import submission
from tests.support.wait import wait_until


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with running_pair(tmp_path) as running:
        yield running


@pytest.fixture
def sentinel(tmp_path: Path, pair: Pair) -> Iterator[int]:
    with running_sentinel(tmp_path, pair) as port:
        yield port


def test_what_was_replicated_is_there_after_the_primary_died(pair: Pair, sentinel: int) -> None:
    settings = JobsSettings(
        redis_url=f"sentinel://127.0.0.1:{free_port()},127.0.0.1:{sentinel}/0?master={MASTER}"
    )
    app = make_celery(settings)
    with connect(settings, retries=30, through_silence=True) as client:
        store, made = JobStore(client, settings), submission()
        before = store.create(made.spec, made.input_bytes).job_id
        wait_until(lambda: _queued(app, before), "the Sentinel to answer in time")
        pair.wait_replicated()
        pair.first.kill()
        after = store.create(made.spec, made.input_bytes).job_id
        assert {store.get(job_id).id for job_id in (before, after)} == {before, after}
        wait_until(lambda: _queued(app, after), "the queue to follow")
    app.close()
    with Redis(port=pair.second.port) as second:
        assert {job_id for _, (job_id, *_) in queued(second)} == {before, after}


def _queued(app: Celery, job_id: str) -> bool:
    try:
        Queue(app).enqueue_select(job_id)
    except StoreUnavailable:
        return False
    return True


@pytest.mark.parametrize(
    "url",
    [
        "sentinel://127.0.0.1:{sentinel}/0?master=another",
        "sentinel://127.0.0.1:{nobody}/0?master=certify-primary",
    ],
)
def test_the_reason_is_told(sentinel: int, url: str) -> None:
    settings = JobsSettings(redis_url=url.format(sentinel=sentinel, nobody=free_port()))
    words = "no Sentinel that answers knows a primary"
    with connect(settings, retries=0) as client, pytest.raises(StoreUnavailable, match=words):
        JobStore(client, settings).get("A" * 22)


def test_the_sentinels_may_want_a_password_of_their_own(pair: Pair, sentinel: int) -> None:
    for server in (pair.first, pair.second):
        with Redis(port=server.port) as client:
            client.config_set("masterauth", "p@ss/word")
            client.config_set("requirepass", "p@ss/word")
    with Redis(port=sentinel) as watching:
        watching.execute_command("SENTINEL", "SET", MASTER, "auth-pass", "p@ss/word")
        watching.execute_command("ACL", "SETUSER", "asker", "on", ">s3cret", "+@all")
        watching.execute_command("ACL", "SETUSER", "default", "off")
    place = f"127.0.0.1:{sentinel}/0?master={MASTER}"
    asker = "sentinel_username=asker&sentinel_password=s3cret"
    settings = JobsSettings(redis_url=f"sentinel://:p%40ss%2Fword@{place}&{asker}")
    app = make_celery(settings)
    with connect(settings, retries=3) as client:
        assert client.ping()
        Queue(app).enqueue_select("A" * 22)
        assert client.llen(keys.messages(keys.COMMON_QUEUE)) == 1
    app.close()
    refused = JobsSettings(
        redis_url=f"sentinel://:p%40ss%2Fword@{place}&sentinel_username=asker&sentinel_password=no"
    )
    with connect(refused, retries=0) as client, pytest.raises(RedisError):
        client.ping()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sentinel://host:26379/0", "how the Sentinels call the primary"),
        ("sentinel://host:26379,/0?master=m", "list the Sentinels"),
        ("sentinel://host:port/0?master=m", "list the Sentinels"),
        ("sentinel://host:70000/0?master=m", "list the Sentinels"),
        ("sentinel://host/name?master=m", "number of a database"),
        ("sentinel://host/0?master=m&master=n", "unknown or repeated"),
        ("sentinel://host/0?master=m&ssl_ca_certs=f", "unknown or repeated"),
    ],
)
def test_what_is_no_such_url_is_refused(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        JobsSettings(redis_url=url)


def test_the_url_is_read_the_same_by_store_and_queue() -> None:
    url = "sentinel://user:p%40ss@one,[::1]:5000/2?master=m&sentinel_password=hidden"
    server = JobsSettings(redis_url=url).server
    assert server.broker_url == "sentinel://user:p%40ss@one:26379/2;sentinel://user:p%40ss@[::1]:5000/2"
    assert server.broker_options["master_name"] == "m"
    assert server.redacted == "sentinel://one,[::1]:5000/2?master=m"
