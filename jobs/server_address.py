"""What the setting with the server's URL means: how the store and the queue reach the server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final, Protocol

from pydantic import AfterValidator
from redis import Redis
from redis.retry import Retry

from jobs.direct_server import DirectServer
from jobs.watched_server import WatchedServer


class ServerAddress(Protocol):
    """A server that store and queue can reach. It may hold a password, which only its client is given."""

    @property
    def redacted(self) -> str:
        """Return the URL without user and passwords, fit for logs."""

    @property
    def broker_url(self) -> str:
        """Return the URL in Celery's form."""

    @property
    def broker_tls(self) -> Mapping[str, object] | None:
        """Return what Celery must be told of TLS besides the URL; None: nothing."""

    @property
    def broker_options(self) -> Mapping[str, object]:
        """Return what Celery's transport must be told besides the URL."""

    def client(self, *, timeout_s: float, retry: Retry) -> Redis:
        """Open a pool of connections; no traffic yet."""


_SCHEMES: Final[Mapping[str, type[DirectServer | WatchedServer]]] = {
    "redis": DirectServer,
    "rediss": DirectServer,
    "unix": DirectServer,
    "sentinel": WatchedServer,
    "sentinels": WatchedServer,
}
ENCODE: Final = "percent-encode what is special in the password (/ as %2F, # as %23, @ as %40, ? as %3F)"


def address_of(url: str) -> ServerAddress:
    """Read a URL. Raises ValueError, whose message repeats no part of the URL."""
    if re.search(r"[\s\x00-\x1f\x7f\ud800-\udfff]", url):
        raise ValueError(
            f"has spaces, control characters or bytes that are not UTF-8: {ENCODE}, a space as %20"
        )
    scheme, separator, _ = url.partition("://")
    if not separator or scheme not in _SCHEMES:
        raise ValueError(
            "must begin with redis://, rediss:// (TLS), unix:// (a socket), sentinel:// (a server that "
            "Sentinels watch) or sentinels:// (the same over TLS)"
        )
    if "#" in url:
        raise ValueError(f"must not hold a bare #: {ENCODE}")
    try:
        return _SCHEMES[scheme].read(url)
    except ValueError as error:
        raise ValueError(f"{error}; {ENCODE}") from None


def _checked(url: str) -> str:
    address_of(url)
    return url


ServerUrl = Annotated[str, AfterValidator(_checked)]
"""The type of a setting that holds the URL. Give the field ``repr=False``: it holds a password."""
