"""A worker that cannot use its server logs the reason at once, and again from time to time."""

from __future__ import annotations

import json
import logging
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from redis import Redis

from jobs.liveness import Liveness
from tests.support.server import Server, free_port
from tests.support.wait import wait_until
from tests.support.worker import Worker
from worker.queue.server_reach import SAY_EVERY_S, Reach
from worker.worker_settings import WorkerSettings

pytestmark = pytest.mark.own_server


def told(caplog: pytest.LogCaptureFixture, url: str) -> str:
    """Return what a look at this server says, which is one line."""
    caplog.clear()
    with caplog.at_level(logging.INFO, "worker.queue.server_reach"):
        Reach(WorkerSettings(redis_url=url)).look()
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    return record.getMessage()


def test_nobody_listens(caplog: pytest.LogCaptureFixture) -> None:
    assert "nothing listens there" in told(caplog, f"redis://127.0.0.1:{free_port()}/0")


def test_a_name_that_is_none(caplog: pytest.LogCaptureFixture) -> None:
    assert "its name cannot be resolved" in told(caplog, "redis://nowhere.invalid:6379/0")


def test_a_socket_that_is_not_there(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    assert "a file that its URL names is not there" in told(caplog, f"unix://{tmp_path}/none.sock")


def test_passwords(caplog: pytest.LogCaptureFixture, server: Server, redis_client: Redis) -> None:
    redis_client.config_set("requirepass", "right")
    for user in ("", ":wrong@", "somebody:right@"):
        said = told(caplog, f"redis://{user}127.0.0.1:{server.port}/0")
        assert "it refuses the user or the password" in said
        assert "right" not in said.replace("copyright", "")
        assert ":wrong" not in said


def test_permissions(caplog: pytest.LogCaptureFixture, server: Server, redis_client: Redis) -> None:
    redis_client.acl_setuser("reader", enabled=True, passwords=["+pw"], keys=["*"], categories=["+@read"])
    assert "its user lacks permissions" in told(caplog, f"redis://reader:pw@127.0.0.1:{server.port}/0")


def test_a_replica_that_is_read_only(
    caplog: pytest.LogCaptureFixture, server: Server, redis_client: Redis
) -> None:
    redis_client.replicaof("127.0.0.1", free_port())
    assert "the server is a replica" in told(caplog, server.url)


def test_a_server_that_loads(caplog: pytest.LogCaptureFixture, server: Server, redis_client: Redis) -> None:
    for number in range(1000):
        redis_client.set(f"key:{number}", "x" * 100)
    redis_client.bgrewriteaof()
    rewriting = partial(redis_client.info, "persistence")
    wait_until(lambda: not rewriting()["aof_rewrite_in_progress"], "the file to be written anew")
    server.stop()
    slow = Server(
        server.folder, "--key-load-delay", "60000", "--loading-process-events-interval-bytes", "1024"
    )
    with ThreadPoolExecutor(1) as pool:
        starting = pool.submit(slow.start)  # it answers, with errors, for a minute
        try:
            wait_until(lambda: "it is still loading its data" in told(caplog, slow.url), "its loading")
        finally:
            slow.kill()
        assert isinstance(starting.exception(60), AssertionError)


def test_tls_at_a_port_without(caplog: pytest.LogCaptureFixture, server: Server) -> None:
    assert "does it speak TLS at this port?" in told(caplog, f"rediss://127.0.0.1:{server.port}/0")


def test_a_server_that_hangs(caplog: pytest.LogCaptureFixture, server: Server) -> None:
    server.pause()
    assert "no answer in time" in told(caplog, server.url)


def test_something_else_that_answers(caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)
        port = listening.getsockname()[1]
        reach = Reach(WorkerSettings(redis_url=f"redis://127.0.0.1:{port}/0"))
        with socket.create_connection(("127.0.0.1", port)):
            listening.accept()[0].close()
        reach.look()
    assert "no answer in time" in caplog.text


def test_it_is_said_again_but_not_at_every_look(caplog: pytest.LogCaptureFixture) -> None:
    settings = WorkerSettings(redis_url=f"redis://127.0.0.1:{free_port()}/0")
    for say_every_s, lines in ((SAY_EVERY_S, 1), (0.0, 3)):
        caplog.clear()
        reach = Reach(settings, say_every_s)
        for _ in range(3):
            reach.look()
        assert len(caplog.records) == lines
    assert 10 <= SAY_EVERY_S <= 30


@pytest.fixture
def worker(server: Server, half_spaces: Path, tmp_path: Path) -> Iterator[Worker]:
    made = Worker(server.url, half_spaces, tmp_path / "worker.log", processes=1)
    yield made
    made.kill()


def test_a_worker_says_it_from_its_start_and_at_a_loss_and_goes_on_when_it_can(
    worker: Worker, server: Server, liveness: Liveness
) -> None:
    def lines(words: str) -> list[float]:
        """Return the seconds that lines with these words say it has lasted."""
        found = [json.loads(line) for line in worker.log_text().splitlines() if words in line]
        return [float(line["message"].rpartition("for ")[2].split()[0]) for line in found]

    server.stop()
    worker.start()
    wait_until(lambda: lines("nothing listens there"), "the trouble to be told")
    assert lines("nothing listens there")[0] < SAY_EVERY_S, "it is told at the first look"

    server.start()
    worker.wait_live(liveness)
    wait_until(lambda: "can be used again" in worker.log_text(), "the end of the trouble to be told")
    before = len(lines("this worker cannot work"))
    server.kill()
    wait_until(lambda: len(lines("this worker cannot work")) > before, "the loss to be told")
    assert worker.stop() == 0  # it was asked to end


def test_a_worker_that_gives_up_does_not_end_as_if_all_were_well(worker: Worker, server: Server) -> None:
    """Told to give up at once, it leaves what it was doing undone, as at any error that it cannot mend."""
    server.stop()
    worker.start()
    wait_until(lambda: "worker starts with" in worker.log_text(), "the worker to start")
    wait_until(lambda: len(worker.children()) == 1, "its sampling process")
    assert worker.stop(number=signal.SIGQUIT) == 1
