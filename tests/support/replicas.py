"""Two real servers, of which the second replicates the first, and a Sentinel that watches them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from redis import Redis, RedisError

from tests.support.server import Server, free_port, running_server, server_binary
from tests.support.wait import wait_until

MASTER: Final = "certify-primary"


@dataclass(frozen=True, slots=True)
class Pair:
    """The server that is the primary at first, and its replica."""

    first: Server
    second: Server

    def promote(self) -> None:
        """Make the replica the primary, and the primary, if it runs, its replica."""
        with Redis(port=self.second.port) as second, Redis(port=self.first.port) as first:
            second.replicaof("NO", "ONE")
            first.replicaof("127.0.0.1", self.second.port)

    def wait_replicated(self) -> None:
        """Wait until the replica has everything that the primary has written so far."""
        with Redis(port=self.first.port) as first:
            wait_until(lambda: first.wait(1, 1000) == 1, "the replica to catch up")


@contextmanager
def running_pair(folder: Path) -> Iterator[Pair]:
    """Run a primary and a replica that is in step with it until the block ends."""
    with ExitStack() as stack:
        servers = []
        for name in ("first", "second"):
            (folder / name).mkdir()
            options = ("--repl-diskless-sync-delay", "0")
            servers.append(stack.enter_context(running_server(folder / name, *options)))
        pair = Pair(*servers)
        client = stack.enter_context(Redis(port=pair.second.port))
        client.replicaof("127.0.0.1", pair.first.port)
        wait_until(lambda: client.info("replication")["master_link_status"] == "up", "the replica")
        yield pair


@contextmanager
def running_sentinel(folder: Path, pair: Pair) -> Iterator[int]:
    """Run a Sentinel that promotes the replica a second after the primary is gone; yield its port."""
    port, monitored = free_port(), f"{MASTER} 127.0.0.1 {pair.first.port} 1"
    settings = folder / "sentinel.conf"
    settings.write_text(
        f"bind 127.0.0.1\nport {port}\ndir {folder}\nsentinel monitor {monitored}\n"
        f"sentinel down-after-milliseconds {MASTER} 1000\nsentinel failover-timeout {MASTER} 5000\n"
    )
    with (folder / "sentinel.log").open("wb") as log:
        process = subprocess.Popen(
            [server_binary(), settings, "--sentinel"], stdout=log, stderr=subprocess.STDOUT
        )
    try:
        with Redis(port=port, decode_responses=True) as client:
            wait_until(lambda: _knows_the_replica(client), "the Sentinel to know both servers")
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _knows_the_replica(client: Redis) -> bool:
    try:
        return bool(client.sentinel_slaves(MASTER))
    except RedisError:
        return False
