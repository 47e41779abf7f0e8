"""Read a whole file up to a size limit, also if it is a folder, a pipe or an endless device."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

MOST_BYTES = 2**28
"""256 MiB: no input that a service accepts and no certificate is larger. A choice; it bounds the memory."""

_CHUNK = 2**20


class UnusableFile(ValueError):
    """The file cannot be read, or nothing in it can be used."""


def read_file(path: Path, most: int = MOST_BYTES, called: str = "") -> bytes:
    """Return the content of a file or a pipe, or of stdin if the path is ``-``.

    Raises UnusableFile when the file cannot be read, is empty, or holds more than ``most`` bytes; reading
    stops there, so no more is held in memory. Messages use the name ``called``, or else the path.
    """
    content, name = bytearray(), called or str(path)
    try:
        with _opened(path) as file:
            for chunk in iter(partial(file.read, _CHUNK), b""):
                content += chunk
                if len(content) > most:
                    raise UnusableFile(f"{name} holds more than {most:,} bytes, which is too much")
    except OSError as error:
        raise UnusableFile(f"{name} cannot be read: {error.strerror or type(error).__name__}") from None
    if not content:
        raise UnusableFile(f"{name} is empty")
    return bytes(content)


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if str(path) != "-":
        with path.open("rb") as file:
            yield file
    elif sys.stdin is None:
        raise UnusableFile("- cannot be read: stdin is closed")
    else:
        yield sys.stdin.buffer
