"""The outermost layer around every request: request id, path, headers, metrics, log line, uncaught errors."""

from __future__ import annotations

import logging
import re
import time
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from jobs.tracing import TRACES
from service.http.gate import Gate
from service.http.problems import ProblemError
from service.http.request_logs import new_request_id, request_id
from service.http.shared_limits import Held
from service.metrics import Metrics

_UNTRACED = ("/health", "/metrics")
_ACCEPTED_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)
"""Headers of every answer that does not set them itself; names in lower case, as the framework has them."""
_logger = logging.getLogger(__name__)


class Edge:
    """ASGI middleware. A client's own ``X-Request-ID`` is kept if it is plain; otherwise one is drawn.

    ``HEAD`` is answered like ``GET``, without the body. Paths are answered with and without the prefix
    ``root_path``, since a proxy in front may or may not remove it.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics, gate: Gate, root_path: str) -> None:
        self._app = app
        self._metrics = metrics
        self._gate = gate
        self._root = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = self._asked(scope)
        given = Headers(scope=scope).get("x-request-id", "")
        identifier = given if _ACCEPTED_ID.fullmatch(given) else new_request_id()
        token = request_id.set(identifier)
        began = time.perf_counter()
        answer = _Answer(send, identifier, body=scope["method"] != "HEAD")
        try:
            with self._gate.passing(asked, asked["path"].removeprefix(self._root)) as answer.place:
                await self._traced(asked, receive, answer)
        except ProblemError as refusal:
            await refusal.response(asked["path"], identifier)(asked, receive, answer)
        except Exception:
            _logger.exception("defect while answering %s %r", scope["method"], asked["path"])
            if answer.status is None:
                problem = ProblemError("internal-error", "The request failed; the log has the cause.")
                await problem.response(asked["path"], identifier)(asked, receive, answer)
        finally:
            self._count(scope["method"], asked, answer, time.perf_counter() - began)
            request_id.reset(token)

    async def _traced(self, asked: Scope, receive: Receive, answer: _Answer) -> None:
        """Answer within a span, below the client's own if it sends one; health checks have none."""
        if asked["path"].removeprefix(self._root).startswith(_UNTRACED):
            await self._app(asked, receive, answer)
            return
        method, parent = asked["method"], Headers(scope=asked).get("traceparent")
        about = {"http.request.method": method, "url.path": asked["path"]}
        with TRACES.span(method, about, parent) as span:
            await self._app(asked, receive, answer)
            route = getattr(asked.get("route"), "path", "unmatched")
            span.rename(f"{method} {route}")
            span.set({"http.route": route, "http.response.status_code": answer.status or 499})

    def _asked(self, scope: Scope) -> Scope:
        """Return the request's scope with the prefix in its path, and with ``GET`` for ``HEAD``."""
        path = scope["path"]
        if not f"{path}/".startswith(f"{self._root}/"):
            path = self._root + path
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        return {**scope, "method": method, "path": path, "root_path": self._root}

    def _count(self, method: str, scope: Scope, answer: _Answer, seconds: float) -> None:
        method = method if method in _METHODS else "other"
        route = getattr(scope.get("route"), "path", "unmatched")
        status = answer.status or 499  # the client left before an answer began
        self._metrics.count(method, route, status)
        if not answer.is_stream:
            self._metrics.time(method, route, seconds)
        level = logging.DEBUG if route.startswith(("/health", "/metrics")) else logging.INFO
        about = {"method": method, "path": scope["path"], "status": status, "seconds": round(seconds, 4)}
        _logger.log(level, "answered", extra=about)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class _Answer:
    """Wraps ``send``: adds the headers that every answer has, and remembers the status.

    ``place`` is given back when the answer begins, so that a client that reads slowly does not keep others
    out. With ``body`` false the answer ends after its headers.
    """

    def __init__(self, send: Send, identifier: str, *, body: bool) -> None:
        self._send = send
        self._identifier = identifier
        self._body = body
        self.place: Held | None = None
        self.status: int | None = None
        self.is_stream = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._begin(message)
            await self._send(message)
            if not self._body:
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        elif self._body:
            await self._send(message)

    def _begin(self, message: Message) -> None:
        if self.place is not None:
            self.place.give_back()
        self.status = message["status"]
        headers = list(message["headers"])
        given = dict(headers)
        self.is_stream = given.get(b"content-type", b"").startswith(b"text/event-stream")
        headers.append((b"x-request-id", self._identifier.encode("ascii")))
        headers += [pair for pair in _HEADERS if pair[0] not in given]
        message["headers"] = headers
