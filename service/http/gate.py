"""What is refused before any route is looked for: foreign hosts and pages, and more than can be served."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Scope

from service.gateway_settings import GatewaySettings
from service.http.hosts import Hosts
from service.http.problems import ProblemError
from service.http.shared_limits import Held, Pool

RETRY_AFTER: Final = {"Retry-After": "1"}
CROWDED: Final = "crowded"
"""Set in the state of a connection that was opened past the limit."""


class Gate:
    """Checks on the outermost layer, cheap and the same for every route."""

    def __init__(self, settings: GatewaySettings, requests: Pool) -> None:
        self._hosts = Hosts(settings)
        self._requests = requests

    @contextmanager
    def passing(self, scope: Scope, path: str) -> Iterator[Held | None]:
        """Count a request while it is answered. Raises ProblemError when it is not let in.

        Probes must work when all else is refused. Streams have a limit of their own, and so have bodies on
        their way: a submission is counted once its body is there.
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
            yield None
            return
        with self._requests.share() as place:
            place.take(1)
            yield place


_UNKNOWN_HOST: Final = (
    "This gateway is not known by this host name: ask for localhost, or let its operator list the name in "
    "CERTIFY_ALLOWED_HOSTS."
)
