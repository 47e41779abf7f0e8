"""The HTTP protocol of the gateway: uvicorn's, and a limit on how long a request's head may take."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol


class PatientProtocol(H11Protocol):
    """Closes a connection that has not sent the whole head of a request in time.

    uvicorn limits the silence between requests; a client that opens a connection and sends nothing, or a
    header a minute, would keep it for ever. Bodies have a limit of their own (`service.bodies`).
    """

    head_timeout_s = 10.0
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """Begin to wait for the first request."""
        super().connection_made(transport)
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


def protocol(head_timeout_s: float) -> type[PatientProtocol]:
    """Return the protocol with its limit; uvicorn makes one instance for each connection."""
    return type("Protocol", (PatientProtocol,), {"head_timeout_s": head_timeout_s})
