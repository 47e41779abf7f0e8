"""Share one reading of the server among threads that ask often. It may be a second old."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from jobs.job_errors import StoreUnavailable

FRESH_S: Final = 1.0
"""A reading is reused for this long. A choice: an answer may be this old, and the server is asked once a
second."""

T = TypeVar("T")


class Recent(Generic[T]):
    """Reads at most once in ``FRESH_S``, as long as the readings are good.

    A bad reading is given only to the threads that were waiting for it. So all threads wait together for a
    server that hangs, and not one after another, and a repaired server is used at once.
    """

    def __init__(self, read: Callable[[], T], good: Callable[[T], bool] = lambda _: True) -> None:
        self._read = read
        self._good = good
        self._lock = threading.Lock()
        self._found: T | StoreUnavailable = StoreUnavailable("not asked yet")
        self._found_at = float("-inf")

    def get(self) -> T:
        """Return the reading. Raises StoreUnavailable."""
        since = time.monotonic()
        with self._lock:
            good = not isinstance(self._found, StoreUnavailable) and self._good(self._found)
            if self._found_at < since - (FRESH_S if good else 0.0):
                try:
                    self._found = self._read()
                except StoreUnavailable as error:
                    self._found = error
                self._found_at = time.monotonic()
            found = self._found
        if isinstance(found, StoreUnavailable):
            raise StoreUnavailable(found.reason, found.detail)
        return found
