"""Requests byte by byte, for what no HTTP library would send."""

from __future__ import annotations

import socket
from contextlib import closing
from typing import Final

from tests.support.gateway import Gateway

PROBE: Final = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
LIVE: Final = b'{"status":"live"}'
"""The end of the answer to ``PROBE``."""


def connection(gateway: Gateway, sent: bytes = b"", **options: int) -> socket.socket:
    """Open a connection and send something on it; ``receive_buffer`` makes a client that reads little."""
    client = socket.socket()
    if "receive_buffer" in options:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, options["receive_buffer"])
    client.settimeout(60)
    client.connect(("127.0.0.1", gateway.port))
    client.sendall(sent)
    return client


def receive(client: socket.socket, end: bytes) -> bytes:
    """Read an answer up to its end."""
    answer = b""
    while not answer.endswith(end):
        chunk = client.recv(65536)
        assert chunk, answer
        answer += chunk
    return answer


def exchange(gateway: Gateway, sent: bytes) -> bytes:
    """Send something and return all that comes until the gateway closes the connection."""
    with closing(connection(gateway, sent)) as client:
        answer = b""
        while chunk := client.recv(65536):
            answer += chunk
        return answer
