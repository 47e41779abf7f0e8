"""Say in words why a server cannot be used, and where to look."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Final

from redis import exceptions
from redis.sentinel import MasterNotFoundError

_BY_TYPE: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (MasterNotFoundError, "no Sentinel that answers knows a primary of this name that is up"),
    (exceptions.AuthenticationError, "it refuses the user or the password"),
    (exceptions.NoPermissionError, "its user lacks permissions: docs/redis.md lists what it needs"),
    (exceptions.BusyLoadingError, "it is still loading its data"),
    (exceptions.ReadOnlyError, "it is a read-only replica"),
    (exceptions.OutOfMemoryError, "its memory is full"),
    (exceptions.InvalidResponse, "what answers there is no Redis server"),
    (ssl.SSLCertVerificationError, "its TLS certificate is not trusted"),
    (ssl.SSLError, "TLS fails: does it speak TLS at this port?"),
    (socket.gaierror, "its name cannot be resolved (DNS)"),
    (ConnectionRefusedError, "nothing listens there"),
    (FileNotFoundError, "a file that its URL names is not there: its socket, or a certificate"),
    (ConnectionResetError, "it cuts the connection: if it speaks TLS at this port, use rediss://"),
    (exceptions.TimeoutError, "no answer in time: it hangs, or what is sent to it gets lost"),
    (TimeoutError, "no answer in time: it hangs, or what is sent to it gets lost"),
)
"""The first entry that matches an error of the chain is used, so special cases come before general ones."""

_BY_TEXT: Final = (
    ("handshake operation timed out", "the TLS handshake gets no answer: does it speak TLS at this port?"),
    ("NOREPLICAS", "it lacks the replicas that it wants (min-replicas-to-write)"),
    ("MISCONF", "it cannot save: look at its disk and its log"),
    ("DB index is out of range", "it has no database of this number"),
    ("Connection closed by server", "it cuts the connection: if it speaks TLS at this port, use rediss://"),
)


def cause(error: BaseException) -> str:
    """Say what an error of the server or the connection means, without the error's own text."""
    chain = list(_chain(error))
    told = " ".join(map(str, chain))
    for text, meaning in _BY_TEXT:
        if text in told:
            return meaning
    for kind, meaning in _BY_TYPE:
        if any(isinstance(link, kind) for link in chain):
            return meaning
    return f"it answers with an error ({type(error).__name__})"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
