"""A server at an address of its own: its URL for the store, for the queue and for logs.

Store and queue parse URLs by different rules. A URL that one of them would read differently, or not at all,
is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from redis import Redis
from redis.retry import Retry

from jobs.url_parts import TLS_OPTIONS, check_database, options_of, without_secrets

_OPTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "redis": {},
    "rediss": TLS_OPTIONS,
    "unix": {"db": "[0-9]{1,4}"},
}
_HOST: Final = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")


@dataclass(frozen=True, slots=True)
class DirectServer:
    """A server at ``redis://``, ``rediss://`` (TLS) or ``unix://``."""

    url: str

    @classmethod
    def read(cls, url: str) -> Self:
        """Check a URL. Raises ValueError, whose message repeats no part of it."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:  # its text has a part of the URL in it
            raise ValueError("cannot be read, or its port is not a number") from None
        if port == 0:
            raise ValueError("names port 0, where nobody listens")
        _check_place(parts)
        options_of(parts, _OPTIONS[parts.scheme])
        return cls(url)

    @property
    def redacted(self) -> str:
        """Return the URL without user, password and options."""
        return without_secrets(urlsplit(self.url))

    @property
    def broker_url(self) -> str:
        """Return the URL in Celery's form.

        Celery has another scheme for sockets and another name for their database, and over TLS it checks no
        certificate unless it is told to.
        """
        parts = urlsplit(self.url)
        query = dict(parse_qsl(parts.query))
        if parts.scheme == "unix":
            renamed = {"virtual_host" if name == "db" else name: value for name, value in query.items()}
            return f"redis+socket://{parts.netloc}{parts.path}?{urlencode(renamed)}"
        if parts.scheme == "rediss":
            query = {"ssl_cert_reqs": "required", **query}
        return urlunsplit(parts._replace(query=urlencode(query)))

    @property
    def broker_tls(self) -> None:
        """Return nothing: the URL says it all."""

    @property
    def broker_options(self) -> Mapping[str, object]:
        """Return nothing: the URL says it all."""
        return {}

    def client(self, *, timeout_s: float, retry: Retry) -> Redis:
        """Open a pool of connections; no traffic yet."""
        return Redis.from_url(
            self.url,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            health_check_interval=30,
            retry=retry,
        )


def _check_place(parts: SplitResult) -> None:
    """Refuse a URL without a server, or with a path that is not the number of a database."""
    if parts.scheme == "unix":
        if not parts.path.startswith("/") or (parts.hostname or "") != "":
            raise ValueError("must name the socket by its whole path: unix:///path/server.sock?db=0")
        return
    if parts.hostname is None or _HOST.fullmatch(parts.hostname) is None:
        raise ValueError("names no server, as in redis://USER:PASSWORD@HOST:PORT/0")
    check_database(parts.path)
