"""Make the C library give freed memory back to the system."""

from __future__ import annotations

import ctypes
from typing import Final

_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8
LARGE_BYTES: Final = 128 * 2**10
"""glibc's own initial threshold. Setting it also stops glibc from raising it as blocks are freed."""


def give_back_what_is_freed() -> None:
    """Make glibc return large freed blocks to the system. Call once, before any thread is started.

    A body, its numbers and its picture take megabytes. By default glibc soon keeps such blocks after they are
    freed, in one arena for each thread, so the gateway's memory never falls again. With this call, blocks of
    `LARGE_BYTES` and more are mapped and unmapped one by one. Other C libraries are not changed.
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(_ARENA_MAX, 2)
        library.mallopt(_MMAP_THRESHOLD, LARGE_BYTES)
        library.mallopt(_TRIM_THRESHOLD, LARGE_BYTES)
