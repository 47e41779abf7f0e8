"""The outermost layer around every request: its id, headers, metrics, log line, and the last resort."""

from __future__ import annotations

import logging
import re
import secrets
import time

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.gate import Gate
from service.logs import request_id
from service.metrics import Metrics
from service.problems import ProblemError

_ACCEPTED_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
_logger = logging.getLogger(__name__)


class Edge:
    """ASGI middleware. A client's own ``X-Request-ID`` is kept if it is plain; else one is drawn."""

    def __init__(self, app: ASGIApp, metrics: Metrics, gate: Gate) -> None:
        self._app = app
        self._metrics = metrics
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        identifier = given if _ACCEPTED_ID.fullmatch(given) else secrets.token_urlsafe(16)
        token = request_id.set(identifier)
        began = time.perf_counter()
        answer = _Answer(send, identifier)
        try:
            with self._gate.passing(scope):
                await self._app(scope, receive, answer)
        except ProblemError as refusal:
            await refusal.response(scope["path"], identifier)(scope, receive, answer)
        except Exception:
            _logger.exception("defect while answering %s %r", scope["method"], scope["path"])
            if answer.status is None:
                problem = ProblemError("internal-error", "The request failed; the log has the cause.")
                await problem.response(scope["path"], identifier)(scope, receive, answer)
        finally:
            self._count(scope, answer, time.perf_counter() - began)
            request_id.reset(token)

    def _count(self, scope: Scope, answer: _Answer, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        route = getattr(scope.get("route"), "path", "unmatched")
        status = answer.status or 499  # the client left before an answer began
        self._metrics.requests.labels(method, route, str(status)).inc()
        if not answer.is_stream:
            self._metrics.duration.labels(method, route).observe(seconds)
        level = logging.DEBUG if route.startswith(("/health", "/metrics")) else logging.INFO
        about = {"method": method, "path": scope["path"], "status": status, "seconds": round(seconds, 4)}
        _logger.log(level, "answered", extra=about)


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class _Answer:
    """Wraps ``send``: adds the headers that every answer has and remembers its status."""

    def __init__(self, send: Send, identifier: str) -> None:
        self._send = send
        self._identifier = identifier
        self.status: int | None = None
        self.is_stream = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(raw=message["headers"])
            self.is_stream = headers.get("content-type", "").startswith("text/event-stream")
            headers["X-Request-ID"] = self._identifier
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            message["headers"] = headers.raw
        await self._send(message)
