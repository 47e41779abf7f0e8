"""Store and queue take the same URL, and reach servers by password, by socket and by TLS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis

from jobs import keys
from jobs.celery_app import make_celery
from jobs.connection import connect
from jobs.job_errors import StoreUnavailable
from jobs.shared_settings import JobsSettings
from jobs.step_queue import Queue
from jobs.store import JobStore
from tests.support.forwarder import forwarding
from tests.support.server import Server, running_server
from tests.support.specs import submission
from tests.support.tls_certificates import serving, write_certificate


def store_job(url: str) -> None:
    settings = JobsSettings(redis_url=url)
    with connect(settings, retries=0) as client:
        made = submission()
        JobStore(client, settings).create(made.spec, made.input_bytes)


def queue_job(url: str) -> None:
    app = make_celery(JobsSettings(redis_url=url))
    try:
        Queue(app).enqueue_select("A" * 22)
    finally:
        app.close()


def queued(client: Redis) -> object:
    return client.llen(keys.messages(keys.COMMON_QUEUE))


@pytest.mark.own_server
@pytest.mark.parametrize("use", [store_job, queue_job])
def test_a_user_and_a_password(server: Server, redis_client: Redis, use: Callable[[str], None]) -> None:
    redis_client.acl_setuser(
        "certify", enabled=True, passwords=["+p@ss/word"], keys=["certify:*"], categories=["+@all"]
    )
    redis_client.acl_setuser("default", enabled=False)
    address = f"127.0.0.1:{server.port}/0"
    for refused in (f"redis://{address}", f"redis://certify:wrong@{address}"):
        with pytest.raises(StoreUnavailable):
            use(refused)
    use(f"redis://certify:p%40ss%2Fword@{address}")


def test_a_socket(tmp_path: Path) -> None:
    path = tmp_path / "server.sock"
    with (
        running_server(tmp_path, "--unixsocket", str(path)),
        Redis(unix_socket_path=str(path), db=1) as client,
    ):
        store_job(f"unix://{path}?db=1")
        queue_job(f"unix://{path}?db=1")
        assert queued(client) == 1
        assert client.zcard("certify:jobs") == 1


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return write_certificate(tmp_path)


@pytest.fixture
def tls_port(server: Server, certificate: Path) -> Iterator[int]:
    """A port that speaks TLS and passes everything on to the server, which was built without."""
    with forwarding(server.port, serving(certificate)) as tls:
        yield tls.port


@pytest.mark.parametrize("use", [store_job, queue_job])
def test_tls_with_a_certificate_that_is_vouched_for(
    tls_port: int, certificate: Path, use: Callable[[str], None]
) -> None:
    use(f"rediss://127.0.0.1:{tls_port}/0?ssl_ca_certs={certificate}")


@pytest.mark.parametrize("use", [store_job, queue_job])
def test_tls_with_a_certificate_that_nobody_vouches_for(tls_port: int, use: Callable[[str], None]) -> None:
    with pytest.raises(StoreUnavailable, match="certificate verify failed"):
        use(f"rediss://127.0.0.1:{tls_port}/0")


def test_the_queue_is_reached_as_the_store_is() -> None:
    plain = JobsSettings(redis_url="redis://user:p%40ss@cache:6379/3")
    assert plain.server.broker_url == plain.redis_url
    assert (
        JobsSettings(redis_url="rediss://cache/1").server.broker_url
        == "rediss://cache/1?ssl_cert_reqs=required"
    )
    assert (
        JobsSettings(redis_url="unix:///run/s?db=2").server.broker_url
        == "redis+socket:///run/s?virtual_host=2"
    )
