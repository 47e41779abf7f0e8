"""Work out how many connections the gateway can serve, from the number of files that it may open."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from service.http.serving import MOST_REFUSED

RESERVED: Final = 200
"""Open files other than clients' connections: those to the server, models, images, logs, libraries. A choice,
with room to spare."""
LARGEST_BACKLOG: Final = 2048
"""Uvicorn's default."""
ROUNDS: Final = 4
"""The event loop may accept a whole backlog this many times before it closes the first surplus connection."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Capacity:
    """Largest number of open connections, and of connections that wait to be accepted."""

    connections: int
    backlog: int


def capacity(files: int, wanted: int) -> Capacity:
    """Divide the files that may be open so that clients cannot exhaust them.

    ``files`` is the limit on open files, ``wanted`` the number of connections that the settings ask for. Logs
    a warning if fewer are possible.
    """
    spare = max(files - RESERVED, 8 * ROUNDS)
    backlog = min(LARGEST_BACKLOG, spare // (2 * ROUNDS))
    possible = max(1, (spare - ROUNDS * backlog) // MOST_REFUSED)
    if possible < wanted:
        _logger.warning(
            "at most %d connections, not %d as set up: the hard limit on open files is %d (ulimit -Hn)",
            possible,
            wanted,
            files,
        )
    return Capacity(min(possible, wanted), backlog)
