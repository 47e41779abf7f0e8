"""A port that passes every connection on to another port, which may be changed, and may speak TLS."""

from __future__ import annotations

import asyncio
import gc
import ssl
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from queue import Queue


class Forwarder:
    """``port`` is where it listens; a new connection is passed on to ``target``, whatever that is then."""

    def __init__(self, target: int, context: ssl.SSLContext | None) -> None:
        self.target = target
        self.port = 0
        self._context = context

    async def serve(self, listens: Queue[int], over: threading.Event) -> None:
        """Listen until ``over``; ``listens`` is told the port."""
        listening = await asyncio.start_server(self._passed_on, "127.0.0.1", 0, ssl=self._context)
        listens.put(listening.sockets[0].getsockname()[1])
        await asyncio.to_thread(over.wait)
        listening.close()  # without waiting for its connections: those that fail to shake hands never end

    async def _passed_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer), suppress(OSError):
            behind, ahead = await asyncio.open_connection("127.0.0.1", self.target)
            await asyncio.gather(_copy(reader, ahead), _copy(behind, writer))


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError), closing(target):
        while data := await source.read(2**16):
            target.write(data)


@contextmanager
def forwarding(target: int, context: ssl.SSLContext | None = None) -> Iterator[Forwarder]:
    """Forward until the block ends."""
    forwarder, listens, over = Forwarder(target, context), Queue[int](), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        served = pool.submit(lambda: asyncio.run(forwarder.serve(listens, over)))
        forwarder.port = listens.get(timeout=60)
        try:
            yield forwarder
        finally:
            over.set()
            served.result(timeout=60)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", ResourceWarning
        )  # asyncio forgets connections that fail to shake hands
        gc.collect()
