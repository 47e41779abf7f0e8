"""Keep a logger from telling what does not matter here, for a while."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def at_least(level: int, name: str | None = None) -> Iterator[None]:
    """Let the logger ``name``, or the root logger, tell only what is of this level or above in the block."""
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(level)
    try:
        yield
    finally:
        logger.setLevel(before)
