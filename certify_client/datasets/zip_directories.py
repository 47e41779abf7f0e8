"""Look at the size of a zip archive's list of entries before the list is read into memory."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final

from certify_client.bounded_files import UnusableFile
from certify_client.datasets.rows_of_data import MOST_ENTRIES

MOST_BYTES_OF_NAMES: Final = 160 * MOST_ENTRIES
"""Bytes that the list may take: 46 for each entry, and more than a hundred for its name."""
_END: Final = b"PK\x05\x06"
_END_64: Final = b"PK\x06\x06"
_LONGEST_END: Final = 2**16 + 256
"""The record at the end with its longest comment, and the larger record before it."""


def check_zip_directory(path: Path) -> None:
    """Raise UnusableFile if the archive's records at its end name too many entries, or too long a list.

    Both sizes are looked at: what reads the list goes by its length in bytes, whatever the number says. A
    file without such a record is left to what reads the archive.
    """
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - _LONGEST_END))
        tail = file.read()
    place, place_64 = tail.rfind(_END), tail.rfind(_END_64)
    entries = size = 0
    if 0 <= place <= len(tail) - 22:
        entries, size = struct.unpack_from("<HL", tail, place + 10)
    if 0 <= place_64 <= len(tail) - 56:
        entries_64, size_64 = struct.unpack_from("<QQ", tail, place_64 + 32)
        entries, size = max(entries, entries_64), max(size % 0xFFFFFFFF, size_64)
    if entries > MOST_ENTRIES:
        raise UnusableFile(f"{path} holds {entries:,} entries; at most {MOST_ENTRIES:,} are read")
    if size > MOST_BYTES_OF_NAMES:
        raise UnusableFile(
            f"{path} has a list of entries of {size:,} bytes; at most {MOST_BYTES_OF_NAMES:,} are read"
        )
