"""A server that answers whatever a test likes, over real HTTP: what stands where the service should."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class RawService:
    """``answer`` is sent as it is, whatever is asked; the lists hold what came with each request.

    ``later`` takes the place of ``answer`` once one request has been answered.
    """

    answer: bytes
    url: str = ""
    later: bytes | None = None
    asked: list[str] = field(default_factory=list)
    """The request lines."""
    bodies: list[bytes] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)


@contextmanager
def raw_service(answer: bytes) -> Iterator[RawService]:
    """Run such a server until the block ends."""
    service = RawService(answer)

    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                return
            service.bodies.append(self.rfile.read(int(self.headers.get("Content-Length", 0))))
            service.asked.append(self.requestline)
            service.authorizations.append(
                self.headers["Proxy-Authorization"] or self.headers["Authorization"]
            )
            later = service.later if len(service.asked) > 1 else None
            self.wfile.write(service.answer if later is None else later)
            self.close_connection = True

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()


def http(
    body: bytes, *, status: str = "200 OK", kind: str = "application/json", length: int | None = None
) -> bytes:
    """Return an answer of HTTP; ``length`` is what it says of its body."""
    said = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {said}\r\nConnection: close\r\n\r\n"
    return head.encode() + body
