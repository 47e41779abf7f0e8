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


def png(
    width: int, height: int, depth: int, colour_type: int, rows: bytes, *more: tuple[bytes, bytes]
) -> bytes:
    """Write a PNG file by hand; ``rows`` holds the filter bytes and samples, uncompressed."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    chunks = [(b"IHDR", header), *more, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def png16(pixels: NDArray[np.uint16], colour_type: int, *more: tuple[bytes, bytes]) -> bytes:
    """Write a PNG with 16 bits a channel; ``pixels`` is (height, width) or (height, width, channels)."""
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    return png(pixels.shape[1], pixels.shape[0], 16, colour_type, rows, *more)
