"""Image files for tests, made by Pillow or byte by byte."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

RAMP = np.arange(16, dtype=np.uint8).reshape(4, 4) * 17
"""4x4, from black to white."""


def encode(pixels: NDArray[Any], kind: str = "PNG", **options: Any) -> bytes:
    """Encode an array as an image file."""
    return save(Image.fromarray(pixels), kind, **options)


def save(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Encode a picture as a file."""
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def png(
    width: int,
    height: int,
    depth: int,
    colour_type: int,
    rows: bytes,
    *more: tuple[bytes, bytes],
    interlace: int = 0,
) -> bytes:
    """Write a PNG file by hand; ``rows`` holds the filter bytes and samples, uncompressed."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, interlace)
    return join_png([(b"IHDR", header), *more, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")])


def join_png(parts: list[tuple[bytes, bytes]]) -> bytes:
    """Write a PNG file from its chunks, with right checksums."""
    return PNG_SIGNATURE + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in parts
    )


def png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Kind and content of each chunk of a PNG file."""
    found, at = [], len(PNG_SIGNATURE)
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        found.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return found


def with_chunks(data: bytes, *more: tuple[bytes, bytes]) -> bytes:
    """Put chunks into a PNG file, behind its header."""
    first, *rest = png_chunks(data)
    return join_png([first, *more, *rest])


def rows(pixels: NDArray[np.uint8]) -> bytes:
    """Unfiltered rows of 8-bit samples, ``pixels`` being (height, width) or (height, width, channels)."""
    return b"".join(b"\0" + row.tobytes() for row in pixels)


def interlaced_rows(pixels: NDArray[np.uint8]) -> bytes:
    """The rows of an interlaced PNG, pass after pass; a pass without columns has none."""
    passes = [pixels[top::down, left::across] for left, top, across, down in PASSES]
    return b"".join(rows(part) for part in passes if part.shape[1])


def png16(pixels: NDArray[np.uint16], colour_type: int, *more: tuple[bytes, bytes]) -> bytes:
    """Write a PNG with 16 bits a channel; ``pixels`` is (height, width) or (height, width, channels)."""
    raw = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    return png(pixels.shape[1], pixels.shape[0], 16, colour_type, raw, *more)
