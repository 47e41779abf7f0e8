"""A stream in memory that is emptied while it is written, so that a large file is sent while it is made."""

from __future__ import annotations

import io
from typing import Final

WRITE_PAST: Final = 2**16
"""Bytes that are collected before they are sent. A choice."""


class EmptiedPipe(io.RawIOBase):
    """A stream that a file is written to, piece by piece, and that is emptied meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self._written = 0
        self.waiting = 0

    def writable(self) -> bool:
        """Return that it can be written; it cannot be searched."""
        return True

    def write(self, data: object) -> int:
        """Take some bytes."""
        piece = bytes(memoryview(data))  # type: ignore[arg-type]  # any buffer, as every raw stream takes
        self._pieces.append(piece)
        self.waiting += len(piece)
        self._written += len(piece)
        return len(piece)

    def tell(self) -> int:
        """Return how many bytes have been written."""
        return self._written

    def take(self) -> bytes:
        """Return what was written since the last call."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        self.waiting = 0
        return taken
