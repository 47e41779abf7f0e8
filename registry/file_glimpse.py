"""Read only the first bytes of a model's file and, if it is an archive, its directory."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import BinaryIO, Final

_HEAD: Final = 2**16
"""Bytes read at the start of a file. A choice: the fields before an ONNX file's graph are much shorter."""
_TAIL: Final = 2**20
"""Bytes read at the end of a file. A choice: the directory of an archive with thousands of members fits."""
_LONGEST_NAME: Final = 256
"""Longer names of members are cut. A choice."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """The ``head`` of a file, and the names in it if it is a zip archive.

    ``members`` is None for other files and for an archive without its end. Long names are cut.
    """

    head: bytes
    members: tuple[str, ...] | None = None

    @property
    def is_archive(self) -> bool:
        """Whether the file begins like a zip archive."""
        return self.head.startswith(b"PK")


def glimpse(file: BinaryIO) -> Glimpse:
    """Look at a file. Reads at most ``_HEAD + _TAIL`` bytes of any file, and unpacks nothing."""
    seen = Glimpse(file.read(_HEAD))
    if not seen.is_archive:
        return seen
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL))
    return Glimpse(seen.head, _members(file.read(_TAIL)))


def _members(tail: bytes) -> tuple[str, ...] | None:
    """Return the names of an archive's members, from the part of its directory that lies in ``tail``."""
    if b"PK\x05\x06" not in tail:
        return None
    names = []
    for entry in re.finditer(rb"PK\x01\x02.{24}(..).{16}", tail, re.DOTALL):
        length = min(int.from_bytes(entry.group(1), "little"), _LONGEST_NAME)
        names.append(tail[entry.end() : entry.end() + length].decode("utf-8", "replace"))
    return tuple(names)
