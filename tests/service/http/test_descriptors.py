"""The limits on connections hold at the usual limit on open files; a gateway short of files fills no log."""

from __future__ import annotations

import json
import resource
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from jobs.open_files import raise_limit
from service.http.connection_limit import RESERVED, ROUNDS, capacity
from service.http.serving import MOST_REFUSED
from tests.support.gateway import Gateway, running_gateway
from tests.support.server import Server
from tests.support.wait import wait_until

HARD = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
EMFILE = "socket.accept() out of system resource"


Start = Callable[[int], Gateway]


@pytest.fixture
def start(shared_server: Server, models_dir: Path, tmp_path: Path) -> Iterator[Start]:
    """Start a gateway with the usual soft limit, which it may raise to the hard limit that is given."""
    with ExitStack() as stack:
        yield lambda hard: stack.enter_context(
            running_gateway(tmp_path, shared_server.url, models_dir, files=(1024, hard), head_timeout_s=60)
        )


@contextmanager
def connections(gateway: Gateway, number: int) -> Iterator[None]:
    """Hold so many connections open, on which nothing is sent."""
    with ExitStack() as stack:
        for _ in range(number):
            stack.enter_context(socket.create_connection(("127.0.0.1", gateway.port), timeout=60))
        yield


@pytest.mark.skipif(HARD < 4096, reason="this machine allows too few open files")
def test_the_connections_that_are_promised_are_served_at_the_usual_soft_limit(start: Start) -> None:
    own_gateway = start(HARD)
    raise_limit()
    with connections(own_gateway, 1300):  # 1000 are served; those past it are told so
        answer = httpx.get(f"{own_gateway.url}/v1/models", timeout=60)
        assert answer.status_code == 503
        assert answer.json()["detail"] == "Too many connections are open."
        assert httpx.get(f"{own_gateway.url}/health/live", timeout=60).status_code == 200
    assert EMFILE not in own_gateway.log


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux changes the limit of another process")
def test_a_gateway_that_may_open_nothing_more_says_so_once_and_goes_on_when_it_may(
    start: Start,
) -> None:
    """One of few files: after each connection that it cannot accept it tries as often as could wait."""
    own_gateway = start(min(1200, HARD))
    pid = own_gateway.process.pid
    before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    open_now = len(list(Path(f"/proc/{pid}/fd").iterdir()))
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (open_now + 10, before[1]))
    with connections(own_gateway, 100):
        wait_until(lambda: EMFILE in own_gateway.log, "the want of files to be logged")
        wait_until(lambda: own_gateway.log.count(EMFILE) == 2, "a count of what was left out")
    resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
    wait_until(lambda: _lives(own_gateway), "the gateway to answer again")
    told = [json.loads(line) for line in own_gateway.log.splitlines() if EMFILE in line]
    assert "repeated" not in told[0]
    assert told[1]["repeated"] > 100
    assert len(own_gateway.log) < 20_000


def _lives(gateway: Gateway) -> bool:
    try:
        return httpx.get(f"{gateway.url}/health/live", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("files", [256, 1024, 4096, 20_000, 65_536])
@pytest.mark.parametrize("wanted", [1, 1000, 100_000])
def test_what_may_be_open_suffices_for_all_that_may_be_opened(files: int, wanted: int) -> None:
    possible = capacity(files, wanted)
    assert 1 <= possible.connections <= wanted
    assert possible.backlog >= 1
    assert MOST_REFUSED * possible.connections + ROUNDS * possible.backlog + RESERVED <= files
    assert capacity(65_536, 1000).connections == 1000
