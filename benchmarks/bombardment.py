"""Clients that ask a gateway as fast as it answers, over plain sockets, so that they cost little."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LENGTH: Final = re.compile(rb"content-length: (\d+)", re.IGNORECASE)
TICK_S: Final = 1 / os.sysconf("SC_CLK_TCK")
WARM_S: Final = 0.5
"""Time before the count begins. A choice: connections are open by then."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What a process answered: how often a second, and seconds of its processor for each answer."""

    a_second: float
    cpu_s: float


class Polls(asyncio.Protocol):
    """One connection that sends the next request once the last one is answered."""

    def __init__(self, requests: list[bytes], first: int) -> None:
        self._requests = requests
        self._turn = first
        self._left = -1
        self._head = b""
        self.answered = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        if not isinstance(transport, asyncio.WriteTransport):
            raise TypeError("a connection that cannot be written to")
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Count an answer once its body is complete, and ask again. Raises ValueError if it is no 200."""
        if self._left < 0:
            self._head += data
            head, end, body = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            length = LENGTH.search(head)
            if not head.startswith(b"HTTP/1.1 200") or length is None:
                self._transport.abort()
                raise ValueError(f"not an answer to count: {head[:200]!r}")
            self._left, self._head, data = int(length[1]), b"", body
        self._left -= len(data)
        if self._left == 0:
            self._left = -1
            self.answered += 1
            self._ask()

    def _ask(self) -> None:
        self._transport.write(self._requests[self._turn % len(self._requests)])
        self._turn += 1


class Stream(asyncio.Protocol):
    """One connection that reads a stream of events."""

    def __init__(self, request: bytes, marker: bytes) -> None:
        self._request = request
        self._marker = marker
        self._rest = b""
        self.answered = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Open the stream."""
        if not isinstance(transport, asyncio.WriteTransport):
            raise TypeError("a connection that cannot be written to")
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """Count the events."""
        whole = self._rest + data
        self.answered += whole.count(self._marker)
        self._rest = whole[-(len(self._marker) - 1) :]


def request(port: int, path: str) -> bytes:
    """Return a request as it goes over the connection."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: */*\r\n\r\n".encode()


def polls(
    port: int, pid: int, paths: list[str], clients: int, seconds: float, *, apart: bool = False
) -> Rate:
    """Let clients poll paths in turn; return what the process ``pid`` answered.

    If they are ``apart``, no two poll the same path at about the same time.
    """
    asked = [request(port, path) for path in paths]
    step = len(paths) // clients if apart else 1
    return asyncio.run(_count(port, pid, lambda number: Polls(asked, number * step), clients, seconds))


def streams(
    port: int, pid: int, paths: list[str], clients: int, seconds: float, change: Callable[[], Awaitable[None]]
) -> Rate:
    """Let clients follow paths while ``change`` runs; return the events that the process ``pid`` sent."""
    asked = [request(port, path) for path in paths]

    def one(number: int) -> Stream:
        return Stream(asked[number % len(asked)], b"event: progress\r\n")

    return asyncio.run(_count(port, pid, one, clients, seconds, change))


async def _count(
    port: int,
    pid: int,
    one: Callable[[int], Polls | Stream],
    clients: int,
    seconds: float,
    change: Callable[[], Awaitable[None]] | None = None,
) -> Rate:
    loop = asyncio.get_running_loop()
    changing = None if change is None else asyncio.ensure_future(change())
    made = [await loop.create_connection(lambda n=n: one(n), "127.0.0.1", port) for n in range(clients)]  # type: ignore[misc]  # mypy does not infer the default
    await asyncio.sleep(WARM_S)
    before, cpu, began = sum(end.answered for _, end in made), processor_s(pid), time.perf_counter()
    await asyncio.sleep(seconds)
    answered = sum(end.answered for _, end in made) - before
    used, took = processor_s(pid) - cpu, time.perf_counter() - began
    for transport, _ in made:
        transport.abort()
    if changing is not None:
        changing.cancel()
    return Rate(answered / took, used / max(1, answered))


def processor_s(pid: int) -> float:
    """Return the processor time that a process has used, of user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S
