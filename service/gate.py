"""What is refused before any route is looked for: foreign hosts and pages, and more than can be served."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

from service.problems import ProblemError
from service.settings import GatewaySettings, is_loopback

RETRY_AFTER: Final = {"Retry-After": "1"}
CROWDED: Final = "crowded"
"""Set in the state of a connection that was opened past the limit."""


class Gate:
    """Checks on the outermost layer, cheap and the same for every route.

    Without keys, the loopback address is what keeps others out; a web page in a browser on this machine
    is let in neither by its ``Origin`` nor under a name of its own that leads here (DNS rebinding).
    """

    def __init__(self, settings: GatewaySettings) -> None:
        self._origins = frozenset(settings.cors_origins)
        self._any_host = settings.keys_file is not None or settings.allow_anonymous
        self._most = settings.max_requests
        self._now = 0

    @contextmanager
    def passing(self, scope: Scope) -> Iterator[None]:
        """Count a request while it is answered. Raises ProblemError when it is not let in."""
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is not None and origin not in self._origins:
            raise ProblemError("origin-not-allowed", "Pages of this origin may not use this gateway.")
        if not self._any_host and not _is_local(headers.get("host", "")):
            raise ProblemError("origin-not-allowed", "Without API keys only local host names are answered.")
        probe = scope["path"].startswith("/health/")  # probes must work when all else is refused
        if scope.get("state", {}).get(CROWDED) and not probe:
            closing = RETRY_AFTER | {"Connection": "close"}
            raise ProblemError("overloaded", "Too many connections are open.", headers=closing)
        if probe or scope["path"].endswith("/events"):  # streams have a limit of their own
            yield
            return
        if self._now >= self._most:
            raise ProblemError("overloaded", "Too many requests at the same time.", headers=RETRY_AFTER)
        self._now += 1
        try:
            yield
        finally:
            self._now -= 1


def _is_local(host: str) -> bool:
    """Whether a ``Host`` header names this machine itself."""
    name = host[: host.index("]") + 1] if host.startswith("[") and "]" in host else host.partition(":")[0]
    return is_loopback(name.strip("[]"))
