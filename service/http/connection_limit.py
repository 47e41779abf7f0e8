"""How many connections the gateway can promise, from the number of files that it may have open."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Final

from service.http.serving import MOST_REFUSED

RESERVED: Final = 200
"""Files that are no connections of clients: those to the server, models, images, logs, libraries."""
LARGEST_BACKLOG: Final = 2048
ROUNDS: Final = 4
"""The event loop accepts up to a backlog at once, and this often before the first too many are cut."""

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Capacity:
    """Connections that are served, and those that may wait to be accepted."""

    connections: int
    backlog: int


def capacity(files: int, wanted: int) -> Capacity:
    """Divide what may be open, so that it suffices whatever clients do; say so if it is less than wanted."""
    spare = max(files - RESERVED, 8 * ROUNDS)
    backlog = min(LARGEST_BACKLOG, spare // (2 * ROUNDS))
    possible = max(1, (spare - ROUNDS * backlog) // MOST_REFUSED)
    if possible < wanted:
        _logger.warning(
            "%d connections at most, not %d as set up: the hard limit on open files is %d (ulimit -Hn)",
            possible,
            wanted,
            files,
        )
    return Capacity(min(possible, wanted), backlog)
