"""Check that the compressed rows of a PNG are exactly those that its header states."""

from __future__ import annotations

import zlib
from typing import NamedTuple

from service.certification.images.refusals import damaged

GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
DEPTHS = {
    GREY: (1, 2, 4, 8, 16),
    RGB: (8, 16),
    PALETTE: (1, 2, 4, 8),
    GREY_ALPHA: (8, 16),
    RGB_ALPHA: (8, 16),
}
"""The bit depths that each colour type allows."""
_CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGB_ALPHA: 4}
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""First column, first row, step in columns and step in rows of each pass (PNG specification, 8.2)."""
_TAKEN, _GIVEN = 2**16, 2**20
"""Compressed bytes read, and unpacked bytes held, at a time. Choices; they bound the memory."""


class Header(NamedTuple):
    """The fields of IHDR, in the file's order."""

    width: int
    height: int
    depth: int
    colour_type: int
    compression: int
    filter_method: int
    interlace: int

    def describe(self) -> str:
        """Return the fields in words."""
        return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in self._asdict().items())

    def row_bytes(self) -> int:
        """Count the bytes of all rows with their filter bytes, before compression."""
        passes = _ADAM7 if self.interlace else ((0, 0, 1, 1),)
        total = 0
        for left, top, across, down in passes:
            columns = max(0, -(-(self.width - left) // across))
            rows = max(0, -(-(self.height - top) // down))
            bits = columns * self.depth * _CHANNELS[self.colour_type]
            total += rows * (1 + -(-bits // 8)) if columns else 0
        return total


def check_rows(header: Header, idat: bytes) -> None:
    """Unpack the rows and count their bytes; the rows are not kept.

    Raises:
        ProblemError: ``invalid-image``: bytes are missing, are left over, or fail zlib's own checksum.

    """
    expected, total, unpacker = header.row_bytes(), 0, zlib.decompressobj()
    view, taken = memoryview(idat), 0
    while taken < len(idat) and not unpacker.eof:
        piece: bytes | memoryview = view[taken : taken + _TAKEN]
        taken += len(piece)
        while True:
            try:
                given = unpacker.decompress(piece, _GIVEN)
            except zlib.error as error:
                raise damaged(f"its compressed picture cannot be unpacked ({error})") from error
            total, piece = total + len(given), unpacker.unconsumed_tail
            if total > expected:
                raise damaged("it holds more rows than its header states")
            if not piece and not given:
                break
    if not unpacker.eof or total < expected:
        raise damaged(f"rows are missing: it holds {total:,} of {expected:,} bytes of pixels")
    if unpacker.unused_data or taken < len(idat):
        raise damaged("bytes follow the last row within its IDAT chunks")
