"""What the URLs of servers have in common: the number of a database, and options behind a question mark."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlunsplit

TLS_OPTIONS: Final[Mapping[str, str]] = {
    "ssl_ca_certs": ".*",
    "ssl_certfile": ".*",
    "ssl_keyfile": ".*",
    "ssl_cert_reqs": "required|optional|none",
    "ssl_check_hostname": "[Tt]rue|[Ff]alse",
}
"""Options of URLs for servers that speak TLS: name -> pattern of its values."""
_DATABASE: Final = re.compile(r"/?|/[0-9]{1,4}")


def check_database(path: str) -> None:
    """Raise ValueError unless the path of a URL is the number of a database, or empty."""
    if _DATABASE.fullmatch(path) is None:
        raise ValueError("must end with the number of a database, as /0, or with nothing")


def options_of(parts: SplitResult, allowed: Mapping[str, str]) -> dict[str, str]:
    """Return a URL's options. ``allowed``: name -> pattern of its values.

    Raises ValueError if one is unknown, repeated, or has another value; its message repeats none.
    """
    try:
        pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:  # its text has a part of the URL in it
        pairs = [("", "")]
    options = dict(pairs)
    if not allowed.keys() >= options.keys() or len(options) < len(pairs):
        known = ", ".join(sorted(allowed)) or "none"
        raise ValueError(f"has something unknown or repeated behind its ? (known: {known})")
    for name, value in options.items():
        if re.fullmatch(allowed[name], value) is None:
            raise ValueError(f"has a value of {name} that is none: {allowed[name]}")
    return options


def without_secrets(parts: SplitResult, query: str = "") -> str:
    """Return a URL without user and password, and with ``query`` for its options."""
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query))
