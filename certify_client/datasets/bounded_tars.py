"""Open tar archives so that neither a name nor a file in them takes more memory than either may have."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, cast

from certify_client.bounded_files import MOST_BYTES, UnusableFile

TAR_FAULTS: Final = (tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError)
"""What reading a damaged archive raises, compressed or not."""
MOST_UNPACKED: Final = 2**36
"""64 GiB: most bytes of all files of an archive together. A choice, ten times ImageNet's validation set. To
get to a file of a compressed archive, all before it are unpacked."""
_LONGEST_HEADER: Final = 2**20
"""Bytes of a header with a long name, which ``tarfile`` reads in one piece, whatever size it states."""
_HEADERS_OF_AN_ENTRY: Final = 2560
"""Bytes of all headers of an entry, in the mean: one, and two more with two blocks of names and times."""
_COMPRESSED: Final[dict[bytes, Callable[[Path], IO[bytes]]]] = {
    b"\x1f\x8b": cast("Callable[[Path], IO[bytes]]", gzip.open),
    b"BZh": cast("Callable[[Path], IO[bytes]]", bz2.open),
    b"\xfd7zXZ": cast("Callable[[Path], IO[bytes]]", lzma.open),
}


class _BoundedReads(io.RawIOBase):
    """A file of which one call reads at most ``most`` bytes, and all together ``left``, if that is a number.

    It raises UnusableFile if more are asked for.
    """

    def __init__(self, file: IO[bytes], called: str, left: int) -> None:
        self._file = file
        self._called = called
        self.most = _LONGEST_HEADER
        self.left: int | None = left

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= (self.most if self.left is None else min(self.most, self.left)):
            raise UnusableFile(f"{self._called} holds headers of {size:,} bytes or more, which is too much")
        if self.left is not None:
            self.left -= size
        return self._file.read(size)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


@contextmanager
def opened_tar(path: Path, most_entries: int) -> Iterator[tuple[tarfile.TarFile, list[tarfile.TarInfo]]]:
    """Yield an archive with its entries. Raises UnusableFile if they are too many or too large.

    Raises ``TAR_FAULTS`` if it is damaged, or no tar archive.
    """
    with _unpacked(path) as file:
        bounded = _BoundedReads(file, str(path), _LONGEST_HEADER + _HEADERS_OF_AN_ENTRY * most_entries)
        with tarfile.open(fileobj=cast("IO[bytes]", bounded), mode="r:") as archive:
            entries = list(_entries(path, archive, most_entries))
            bounded.most, bounded.left = MOST_BYTES + 1, None  # what follows is read for the rows
            yield archive, entries


def is_tar(path: Path) -> bool:
    """Whether a file begins as a tar archive, compressed or not. Raises UnusableFile for a hostile one."""
    try:
        with _unpacked(path) as file:
            bounded = _BoundedReads(file, str(path), 2 * _LONGEST_HEADER)
            tarfile.open(fileobj=cast("IO[bytes]", bounded), mode="r:").close()
    except TAR_FAULTS:
        return False
    return True


def _unpacked(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        head = file.read(8)
    for magic, unpack in _COMPRESSED.items():
        if head.startswith(magic):
            return unpack(path)
    return path.open("rb")


def _entries(path: Path, archive: tarfile.TarFile, most: int) -> Iterator[tarfile.TarInfo]:
    """Yield the entries, each before what it holds is passed over."""
    total = 0
    for number, entry in enumerate(archive):
        if number >= most:
            raise UnusableFile(f"{path} holds more than {most:,} entries")
        if entry.size > MOST_BYTES:
            raise UnusableFile(f"{path} holds {entry.name!r} of {entry.size:,} bytes, which is too much")
        total += entry.size
        if total > MOST_UNPACKED:
            raise UnusableFile(f"{path} holds more than {MOST_UNPACKED:,} bytes, which is too much")
        yield entry
