"""Waiting for a condition, with a limit, instead of sleeping."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(
    condition: Callable[[], T], what: str, timeout: float = 120.0, interval: float | None = None
) -> T:
    """Return the first true answer of ``condition``; AssertionError naming ``what`` when time is up.

    Without ``interval`` it asks less and less often: a hundred times a second at first, ten times after a
    second. What it waits for needs the processor too.
    """
    begun = time.monotonic()
    while True:
        answer = condition()
        if answer:
            return answer
        waited = time.monotonic() - begun
        if waited > timeout:
            raise AssertionError(f"waited {timeout:g} s in vain for {what}; last answer: {answer!r}")
        time.sleep(min(max(0.1 * waited, 0.01), 0.1) if interval is None else interval)
