"""Makes the C library give freed memory back to the system."""

from __future__ import annotations

import ctypes
from typing import Final

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8
LARGE_BYTES: Final = 128 * 2**10


def give_back_what_is_freed() -> None:
    """Tell glibc's allocator to keep nothing large. Call once, before any thread is started.

    A body, its numbers and its picture are megabytes. Unless it is told otherwise, glibc keeps such blocks
    after the first few were freed, in an arena a thread, so that a gateway stays at its highest point. Now
    blocks of `LARGE_BYTES` and more are mapped and unmapped one by one. Other C libraries stay as they are.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_ARENA_MAX, 2)
        library.mallopt(_MMAP_THRESHOLD, LARGE_BYTES)
        library.mallopt(_TRIM_THRESHOLD, LARGE_BYTES)
