"""Streams of server-sent events, bounded in number."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Receive, Scope, Send

from service.http.shared_limits import Pool

HEARTBEAT_S: Final = 15
SEND_TIMEOUT_S: Final = 30
"""Choices. Proxies often close a connection after 60 s of silence, so a heartbeat comes well before."""


class LimitedStream(EventSourceResponse):
    """A stream that counts towards its owner's limit on open streams, from its beginning to its end."""

    def __init__(self, streams: Pool, owner: str, content: AsyncIterator[ServerSentEvent | bytes]) -> None:
        super().__init__(content, ping=HEARTBEAT_S, send_timeout=SEND_TIMEOUT_S)
        self._streams = streams
        self._owner = owner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream. Raises ProblemError ``overloaded`` before it begins if too many are open."""
        with self._streams.share(self._owner) as place:
            place.take(1)
            await super().__call__(scope, receive, send)
