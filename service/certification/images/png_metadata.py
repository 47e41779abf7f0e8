"""Find the EXIF and XMP metadata of a PNG, which may state its orientation."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from service.certification.images.parts import MAX_METADATA_BYTES

_PROFILE = b"Raw profile type exif\0"
_XMP = b"XML:com.adobe.xmp\0"
_Chunks = Sequence[tuple[str, memoryview]]


def is_read(kind: str, content: memoryview) -> bool:
    """Say whether a text chunk can hold an orientation."""
    return _is_profile(kind, content) or _is_xmp(kind, content)


def read_exif(chunks: _Chunks) -> bytes | None:
    """Return the EXIF block from eXIf, or from the text chunk that was used before eXIf existed.

    A text that cannot be unpacked, or is longer than MAX_METADATA_BYTES, gives an empty block.
    """
    blocks = [content for kind, content in chunks if kind == "eXIf"]
    if blocks:
        return bytes(blocks[-1])
    texts = [(kind, content) for kind, content in chunks if _is_profile(kind, content)]
    if not texts:
        return None
    kind, content = texts[-1]
    text = bytes(content[len(_PROFILE) :])
    if kind == "zTXt":
        text = _unpacked(text[1:])
    if len(text) > MAX_METADATA_BYTES:
        return b""
    try:
        return bytes.fromhex("".join(text.decode("latin-1").split("\n")[3:]))
    except ValueError:
        return b""


def read_xmp(chunks: _Chunks) -> bytes:
    """Return the XMP packet; empty if there is none or it cannot be unpacked."""
    packets = [content for kind, content in chunks if _is_xmp(kind, content)]
    if not packets:
        return b""
    fields = bytes(packets[-1][len(_XMP) :])
    packet = fields[2:].split(b"\0", 2)[-1]
    return _unpacked(packet) if fields[:1] == b"\1" else packet


def _is_profile(kind: str, content: memoryview) -> bool:
    return kind in ("tEXt", "zTXt") and content[: len(_PROFILE)] == _PROFILE


def _is_xmp(kind: str, content: memoryview) -> bool:
    return kind == "iTXt" and content[: len(_XMP)] == _XMP


def _unpacked(packed: bytes) -> bytes:
    """Unpack a text; return nothing if it is broken or longer than MAX_METADATA_BYTES."""
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(packed, MAX_METADATA_BYTES)
    except zlib.error:
        return b""
    return b"" if unpacker.unconsumed_tail else text
