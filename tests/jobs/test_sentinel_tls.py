"""Store and queue reach Sentinels, and the primary that these name, over TLS."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from jobs import keys
from jobs.celery_app import make_celery
from jobs.connection import connect
from jobs.job_errors import StoreUnavailable
from jobs.job_records import JobState
from jobs.liveness import Liveness
from jobs.shared_settings import JobsSettings
from jobs.step_queue import Queue
from jobs.store import JobStore
from tests.support.forwarder import forwarding
from tests.support.reference import half_space
from tests.support.replicas import MASTER
from tests.support.server import Server, free_port, server_binary
from tests.support.tls_certificates import serving, write_certificate
from tests.support.wait import wait_until
from tests.support.worker import Worker


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return write_certificate(tmp_path)


@pytest.fixture
def sentinel(tmp_path: Path, server: Server, certificate: Path) -> Iterator[int]:
    """The TLS port of a Sentinel that names the TLS port of the server.

    Both were built without TLS, which forwarders add. The Sentinel itself does not get through to the server,
    and is told to believe in it for long.
    """
    with ExitStack() as stack:
        primary = stack.enter_context(forwarding(server.port, serving(certificate)))
        plain, settings = free_port(), tmp_path / "sentinel.conf"
        settings.write_text(
            f"bind 127.0.0.1\nport {plain}\ndir {tmp_path}\n"
            f"sentinel monitor {MASTER} 127.0.0.1 {primary.port} 1\n"
            f"sentinel down-after-milliseconds {MASTER} 3600000\n"
        )
        process = stack.enter_context(
            subprocess.Popen([server_binary(), settings, "--sentinel"], stdout=subprocess.DEVNULL)
        )
        stack.callback(process.terminate)
        client = stack.enter_context(Redis(port=plain))
        wait_until(lambda: _answers(client), "the Sentinel to answer")
        yield stack.enter_context(forwarding(plain, serving(certificate))).port


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except RedisConnectionError:
        return False


def url(sentinel: int, *options: str) -> str:
    return "&".join((f"sentinels://127.0.0.1:{sentinel}/0?master={MASTER}", *options))


def test_with_a_certificate_that_is_vouched_for(
    sentinel: int, certificate: Path, redis_client: Redis
) -> None:
    settings = JobsSettings(redis_url=url(sentinel, f"ssl_ca_certs={certificate}"))
    app = make_celery(settings)
    with connect(settings, retries=3) as client:
        assert client.ping()
        Queue(app).enqueue_select("A" * 22)
    app.close()
    assert redis_client.llen(keys.messages(keys.COMMON_QUEUE)) == 1


def test_a_worker_does_a_job(
    sentinel: int,
    certificate: Path,
    half_spaces: Path,
    tmp_path: Path,
    store: JobStore,
    queue: Queue,
    liveness: Liveness,
) -> None:
    place = url(sentinel, f"ssl_ca_certs={certificate}")
    worker = Worker(place, half_spaces, tmp_path / "worker.log", processes=1)
    worker.start()
    try:
        worker.wait_live(liveness)
        made = half_space(half_spaces, n=1000)
        job_id = store.create(made.spec, made.input_bytes).job_id
        queue.enqueue_select(job_id)
        wait_until(lambda: store.get(job_id).state is JobState.SUCCEEDED, "the job")
    finally:
        worker.kill()


def test_with_a_certificate_that_nobody_vouches_for(sentinel: int, redis_client: Redis) -> None:
    settings = JobsSettings(redis_url=url(sentinel))
    app = make_celery(settings)
    with pytest.raises(StoreUnavailable):
        Queue(app).enqueue_select("A" * 22)
    app.close()
    assert redis_client.llen(keys.messages(keys.COMMON_QUEUE)) == 0
    trusting = JobsSettings(redis_url=url(sentinel, "ssl_cert_reqs=none"))
    with connect(trusting, retries=3) as client:
        assert client.ping()


def test_options_of_tls_belong_to_tls() -> None:
    with pytest.raises(ValueError, match="unknown or repeated"):
        JobsSettings(redis_url=url(26379, "ssl_ca_certs=x").replace("sentinels", "sentinel"))
