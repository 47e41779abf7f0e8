"""Write a zip archive with the certificates of a run, as they are read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Final

WRITE_PAST: Final = 2**16
"""Bytes that are collected before they are sent. A choice."""


class _Pipe(io.RawIOBase):
    """A stream that a zip archive is written to and that is emptied meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self.waiting = 0

    def writable(self) -> bool:
        """Return that it can be written; it cannot be searched."""
        return True

    def write(self, data: object) -> int:
        """Take some bytes."""
        piece = bytes(memoryview(data))  # type: ignore[arg-type]  # any buffer, as every raw stream takes
        self._pieces.append(piece)
        self.waiting += len(piece)
        return len(piece)

    def take(self) -> bytes:
        """Return what was written since the last call."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        self.waiting = 0
        return taken


def zipped(files: Iterable[tuple[str, str]]) -> Iterator[bytes]:
    """Write an archive of text files, each a name and its content, piece by piece."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            # A fixed time: the same run gives the same archive.
            about = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            archive.writestr(about, content, zipfile.ZIP_DEFLATED)
            if pipe.waiting > WRITE_PAST:
                yield pipe.take()
    yield pipe.take()
