"""Reading a whole file within a bound, whatever it turns out to be: folder, pipe, device without end."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO

MOST_BYTES = 2**28
"""No input that a service takes is larger, and no certificate is."""

_CHUNK = 2**20


class UnusableFile(ValueError):
    """The file cannot be read, or holds nothing that could be used."""


def read_file(path: Path, most: int = MOST_BYTES, called: str = "") -> bytes:
    """Return what a file or a pipe holds, or stdin where the path is ``-``.

    Raises UnusableFile when it cannot be read, when it is empty, and when it holds more than ``most`` bytes:
    no more than that is ever held in memory. Messages name the file as it is ``called``, else by its path.
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
