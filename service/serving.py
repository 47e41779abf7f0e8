"""The HTTP protocol of the gateway: uvicorn's, with limits on connections and on the time of a head."""

from __future__ import annotations

import asyncio
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol

from service.gate import CROWDED

MOST_REFUSED: Final = 2
"""Connections past the limit are answered that they are; past this many times the limit, they are cut."""


class PatientProtocol(H11Protocol):
    """Closes a connection that has not sent the whole head of a request in time; marks those past a limit.

    uvicorn limits the silence between requests; a client that opens a connection and sends nothing, or a
    header a minute, would keep it for ever. Bodies have a limit of their own (`service.bodies`). The gate
    refuses requests of marked connections (`service.gate`): uvicorn's own limit knows no problem documents.
    """

    head_timeout_s = 10.0
    max_connections = 1000
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """Begin to wait for the first request; tell the application if there are too many connections."""
        super().connection_made(transport)
        if len(self.connections) > MOST_REFUSED * self.max_connections:
            transport.abort()
            return
        if len(self.connections) > self.max_connections:
            self.app_state = {**self.app_state, CROWDED: True}
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Wait on, unless the head is complete."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if not self._waits():
            self._stop()
        elif self._head_timer is None:
            self._head_timer = self.loop.call_later(self.head_timeout_s, self._give_up)

    def _waits(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _stop(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        self._head_timer = None
        if self._waits():
            self.transport.close()


def protocol(head_timeout_s: float, max_connections: int) -> type[PatientProtocol]:
    """Return the protocol with its limits; uvicorn makes one instance for each connection."""
    limits = {"head_timeout_s": head_timeout_s, "max_connections": max_connections}
    return type("Protocol", (PatientProtocol,), limits)
