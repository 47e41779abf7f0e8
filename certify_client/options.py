"""The options that commands share, and the connection that they describe."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from certify_client.api import DEFAULT_HOST, DEFAULT_PORT, CertificationClient
from certify_client.bounded_files import UnusableFile, read_file
from certify_client.client_errors import UnusableSetting

_LONGEST_KEY = 4096
"""Bytes of a key file; the service's own keys have 51. A choice, above any token that a proxy may ask for."""
_KEY_FILE = "the file that --api-key-file or CERTIFY_API_KEY_FILE names"
"""The name of the key file in messages. Its path is not shown: a user may have given the key itself there."""


def _finite(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise typer.BadParameter(f"{text!r} is not a finite number")
    return number


def _seconds(text: str) -> float:
    if (seconds := _finite(text)) < 0:
        raise typer.BadParameter("must not be negative")
    return seconds


def number(meaning: str) -> Any:
    """Return an option that is a finite number."""
    return typer.Option(parser=_finite, metavar="FLOAT", help=meaning)


Seconds = Annotated[
    float | None,
    typer.Option("--timeout", parser=_seconds, metavar="SECONDS", help="Give up waiting after this time."),
]
Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        envvar="CERTIFY_URL",
        help="Address of the service.",
        show_default="http://127.0.0.1, port CERTIFY_PORT or 8000",
    ),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--api-key-file",
        envvar="CERTIFY_API_KEY_FILE",
        help="File with the API key, where one is asked for; CERTIFY_API_KEY may hold the key itself.",
    ),
]
Proxy = Annotated[
    str | None,
    typer.Option(
        "--proxy",
        envvar="CERTIFY_PROXY",
        help="Proxy to go through, even to this machine.",
        show_default="that of http_proxy, https_proxy and no_proxy",
    ),
]


def _tell_version(asked: bool) -> None:
    if asked:
        from certificates.version import version  # noqa: PLC0415 - loads SciPy, which the commands spare

        sys.stdout.write(f"certify {version()}\n")
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option("--version", callback=_tell_version, is_eager=True, help="Tell the version and end."),
]
Plot = Annotated[
    Path | None,
    typer.Option("--plot", metavar="SVG", help="Write the certificate's curve to this file, as a picture."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the service's answer as JSON, in ASCII.")]


def connection(url: str | None, key_file: Path | None, proxy: str | None) -> CertificationClient:
    """Return a client from the options and the environment; raises UnusableSetting, UnusableFile."""
    return CertificationClient(url or _default_url(), api_key=_api_key(key_file), proxy=proxy or None)


def _default_url() -> str:
    port = os.environ.get("CERTIFY_PORT") or str(DEFAULT_PORT)
    if not (port.isascii() and port.isdecimal() and 1 <= int(port[:6]) <= 65535):
        raise UnusableSetting("CERTIFY_PORT must be a port, 1 to 65535")
    return f"http://{DEFAULT_HOST}:{int(port)}"


def _api_key(path: Path | None) -> str | None:
    """Read the key from a file or the environment, since other users can see a command line."""
    if path is None:
        return os.environ.get("CERTIFY_API_KEY") or None
    try:
        return read_file(path, _LONGEST_KEY, _KEY_FILE).decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise UnusableFile(f"{_KEY_FILE} cannot be read: an API key is ASCII text") from None
