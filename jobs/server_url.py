"""Check the server's URL, translate it for the queue, and redact it for logs.

A URL may hold a password, so no message repeats it. Store and queue parse URLs by different rules. A URL that
one of them would read differently, or not at all, is refused.
"""

from __future__ import annotations

import re
from typing import Annotated, Final
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import AfterValidator

_OPTIONS: Final = {
    "redis": frozenset[str](),
    "rediss": frozenset(
        {"ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "ssl_cert_reqs", "ssl_check_hostname"}
    ),
    "unix": frozenset({"db"}),
}
_VALUES: Final = {
    "db": re.compile(r"[0-9]{1,4}"),
    "ssl_cert_reqs": re.compile(r"required|optional|none"),
    "ssl_check_hostname": re.compile(r"[Tt]rue|[Ff]alse"),
}
_DATABASE: Final = re.compile(r"/?|/[0-9]{1,4}")
_HOST: Final = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
_ENCODE: Final = "percent-encode what is special in the password (/ as %2F, # as %23, @ as %40, ? as %3F)"


def check_url(url: str) -> str:
    """Return the URL unchanged. Raises ValueError, whose message repeats no part of the URL."""
    if re.search(r"[\s\x00-\x1f\x7f\ud800-\udfff]", url):
        raise ValueError(
            f"has spaces, control characters or bytes that are not UTF-8: {_ENCODE}, a space as %20"
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # its text has a part of the URL in it
        raise ValueError(f"cannot be read, or its port is not a number: {_ENCODE}") from None
    if parts.scheme not in _OPTIONS or not url.startswith(f"{parts.scheme}://"):
        raise ValueError("must begin with redis://, rediss:// (TLS) or unix:// (a socket)")
    if parts.fragment or url.endswith("#"):
        raise ValueError(f"must not hold a bare #: {_ENCODE}")
    if port == 0:
        raise ValueError("names port 0, where nobody listens")
    _check_place(parts)
    _check_options(parts)
    return url


def _check_place(parts: SplitResult) -> None:
    """Refuse a URL without a server, or with a path that is not the number of a database."""
    if parts.scheme == "unix":
        if not parts.path.startswith("/") or (parts.hostname or "") != "":
            raise ValueError("must name the socket by its whole path: unix:///path/server.sock?db=0")
        return
    if parts.hostname is None or _HOST.fullmatch(parts.hostname) is None:
        raise ValueError(f"names no server, as in redis://USER:PASSWORD@HOST:PORT/0: {_ENCODE}")
    if _DATABASE.fullmatch(parts.path) is None:
        raise ValueError(f"must end with the number of a database, as /0, or with nothing: {_ENCODE}")


def _check_options(parts: SplitResult) -> None:
    allowed = _OPTIONS[parts.scheme]
    known = ", ".join(sorted(allowed)) or "none"
    try:
        options = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:  # as above
        options = [("", "")]
    names = [name for name, _ in options]
    if not allowed.issuperset(names) or len(set(names)) < len(names):
        raise ValueError(f"has something unknown or repeated behind its ? (known: {known}); {_ENCODE}")
    for name, value in options:
        if name in _VALUES and _VALUES[name].fullmatch(value) is None:
            raise ValueError(f"has a value of {name} that is none: {_VALUES[name].pattern}")


ServerUrl = Annotated[str, AfterValidator(check_url)]
"""The type of a setting that holds the URL. Give the field ``repr=False``: it holds a password."""


def broker_url(url: str) -> str:
    """Return the URL of the same server in Celery's form.

    Celery has another scheme for sockets and another name for their database, and over TLS it checks no
    certificate unless it is told to.
    """
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if parts.scheme == "unix":
        renamed = {"virtual_host" if name == "db" else name: value for name, value in query.items()}
        return f"redis+socket://{parts.netloc}{parts.path}?{urlencode(renamed)}"
    if parts.scheme == "rediss":
        query = {"ssl_cert_reqs": "required", **query}
    return urlunsplit(parts._replace(query=urlencode(query)))


def redacted(url: str) -> str:
    """Return the URL without user, password and options, fit for logs."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=""))
