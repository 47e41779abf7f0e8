"""Checks before routing: the Host and Origin headers, and the number of connections and requests."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

from service.gateway_settings import GatewaySettings
from service.http.hosts import Hosts
from service.http.problems import ProblemError
from service.http.shared_limits import Held, Pool

RETRY_AFTER: Final = {"Retry-After": "1"}
CROWDED: Final = "crowded"
"""Key in the state of a connection that was opened above the limit."""


class Gate:
    """The checks before routing. They are cheap and the same for every route."""

    def __init__(self, settings: GatewaySettings, requests: Pool) -> None:
        self._hosts = Hosts(settings)
        self._requests = requests

    def passing(self, scope: Scope, path: str) -> AbstractContextManager[Held | None]:
        """Check a request and count it while it is answered. Raises ProblemError if it is refused.

        Health checks are never refused for load. Event streams have their own limit. Submissions are counted
        later, once their body has been received; receiving bodies has its own limit too.
        """
        headers = Headers(scope=scope)
        host = headers.get("host")
        if not self._hosts.knows(host):
            raise ProblemError("origin-not-allowed", _UNKNOWN_HOST)
        if not self._hosts.admits(headers.get("origin"), scope["scheme"], host):
            raise ProblemError("origin-not-allowed", "Pages of this origin may not use this gateway.")
        probe = path.startswith("/health/")
        if scope.get("state", {}).get(CROWDED) and not probe:
            closing = RETRY_AFTER | {"Connection": "close"}
            raise ProblemError("overloaded", "Too many connections are open.", headers=closing)
        if probe or path.endswith("/events") or scope["method"] == "POST":
            return nullcontext()
        place = self._requests.share()
        place.take(1)
        return place


_UNKNOWN_HOST: Final = (
    "This gateway does not answer to this host name: use localhost, or let the operator list the name in "
    "CERTIFY_ALLOWED_HOSTS."
)
