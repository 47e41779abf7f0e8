"""JPEG files of one flat 8x8 block a component, written byte by byte: their samples are known exactly.

A block that has only a constant part, with quantisation 1, decodes to 128 + coefficient / 8 everywhere.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

ADOBE = 0xEE
JFIF = (0xE0, b"JFIF\0\1\2\0\0\1\0\1\0\0")


def adobe(transform: int) -> tuple[int, bytes]:
    """Return the Adobe segment: 0 no transform, 1 YCbCr, 2 YCCK."""
    return ADOBE, b"Adobe" + struct.pack(">HHHB", 100, 0, 0, transform)


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


def flat_jpeg(
    samples: Sequence[int],
    *more: tuple[int, bytes],
    ids: Sequence[int] = (1, 2, 3, 4),
    scans: int | None = None,
) -> bytes:
    """Write an 8x8 picture with one sample value a component.

    ``scans`` None codes all components in one scan; a number codes each in its own, that many of them.
    """
    components = list(ids[: len(samples)])
    frame = struct.pack(">BHHB", 8, 8, 8, len(samples)) + b"".join(bytes((i, 0x11, 0)) for i in components)
    dc_codes = bytes([0, 0, 0, 12]) + bytes(12) + bytes(range(12))
    ac_codes = bytes([1]) + bytes(15) + b"\0"
    groups = [components] if scans is None else [[i] for i in components[:scans]]
    coded = dict(zip(components, samples, strict=True))
    parts = [
        *(segment(marker, content) for marker, content in more),
        segment(0xDB, b"\0" + b"\1" * 64),
        segment(0xC0, frame),
        segment(0xC4, b"\x00" + dc_codes + b"\x10" + ac_codes),
    ]
    for group in groups:
        header = bytes([len(group)]) + b"".join(bytes((i, 0)) for i in group) + b"\x00\x3f\x00"
        parts.append(segment(0xDA, header) + _scan([coded[i] for i in group]))
    return b"\xff\xd8" + b"".join(parts) + b"\xff\xd9"


def _scan(samples: Sequence[int]) -> bytes:
    """Huffman-code blocks: the size of the constant part, that part, the end of the block."""
    bits = ""
    for sample in samples:
        value = 8 * (sample - 128)
        size = abs(value).bit_length()
        amplitude = value if value > 0 else value + 2**size - 1
        bits += f"{size:04b}" + (f"{amplitude:0{size}b}" if size else "") + "0"
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\x00")


def split_jpeg(data: bytes) -> list[bytes]:
    """Split a file after its first two bytes and before each of its scans and its end marker."""
    places = [at for at in range(2, len(data) - 1) if data[at : at + 2] in (b"\xff\xda", b"\xff\xd9")]
    return [data[start:end] for start, end in zip([0, *places], [*places, len(data)], strict=True)]
