"""uvicorn's HTTP protocol with a limit on connections, and time limits on request heads and on sending."""

from __future__ import annotations

import asyncio
from typing import Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from service.gateway_settings import GatewaySettings
from service.http.gate import CROWDED
from service.http.problems import ProblemError
from service.http.request_logs import new_request_id

MOST_REFUSED: Final = 2
"""Connections above the limit get a 503; above this many times the limit they are closed without an answer.
A choice: each refused connection costs an open file too."""


class PatientProtocol(H11Protocol):
    """Closes a connection whose client is too slow to send a request's head, or to read an answer.

    uvicorn limits only the time between requests. A client that opens a connection and sends nothing, or one
    header a minute, could otherwise keep it for ever, and so could one that never reads. Bodies have their
    own limit (`service.http.bodies`).

    Above the limit of connections, an idle one is closed to make room. If none is idle, the new one is
    marked, and the gate (`service.http.gate`) refuses its requests with a problem document, which uvicorn's
    own limit could not send.
    """

    head_timeout_s = 10.0
    send_timeout_s = 30.0
    max_connections = 1000
    _head_timer: asyncio.TimerHandle | None = None
    _send_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """Begin to wait for the first request; mark the connection if there are too many."""
        super().connection_made(transport)
        if len(self.connections) > MOST_REFUSED * self.max_connections:
            transport.abort()
            return
        if len(self.connections) > self.max_connections and not self._close_an_idle_one():
            self.app_state = {**self.app_state, CROWDED: True}
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take bytes; stop waiting once the request's head is complete."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop()
        self._stop_sending()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Begin to wait for the client to read."""
        super().pause_writing()
        self._send_timer = self.loop.call_later(self.send_timeout_s, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop waiting: the client reads again."""
        self._stop_sending()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer invalid HTTP with a problem document, unless an answer has already begun."""
        if self.conn.our_state is h11.SEND_RESPONSE or self.conn.our_state is h11.IDLE:
            detail = f"{msg} Its head may be too long, or its parts may contradict each other."
            answer = ProblemError("bad-request", detail).response("", new_request_id())
            headers = [*answer.raw_headers, (b"connection", b"close")]
            for event in (
                h11.Response(status_code=answer.status_code, headers=headers),
                h11.Data(data=bytes(answer.body)),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    def is_idle(self) -> bool:
        """Whether the connection has answered a request and no bytes of another one have arrived."""
        return self.cycle is not None and self.cycle.response_complete and self._head_timer is None

    def _close_an_idle_one(self) -> bool:
        others = (other for other in self.connections if isinstance(other, PatientProtocol))
        idle = next((other for other in others if other.is_idle()), None)
        if idle is not None:
            idle.shutdown()
        return idle is not None

    def _stop_sending(self) -> None:
        if self._send_timer is not None:
            self._send_timer.cancel()
            self._send_timer = None

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


def protocol(settings: GatewaySettings) -> type[PatientProtocol]:
    """Return the protocol with its limits; uvicorn makes one instance for each connection."""
    limits = {
        "head_timeout_s": settings.head_timeout_s,
        "send_timeout_s": settings.send_timeout_s,
        "max_connections": settings.max_connections,
    }
    return type("Protocol", (PatientProtocol,), limits)
