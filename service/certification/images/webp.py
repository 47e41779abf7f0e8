"""Split WebP files into RIFF chunks (RFC 9649, section 2), and keep those that the pixels depend on."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image
from PIL.WebPImagePlugin import WebPImageFile

from service.certification.images.parts import Parts, checked_count, remarks
from service.certification.images.refusals import animated, cut_off, damaged

_PIXELS = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"})
_PROFILE, _EXIF, _XMP = 0x20, 0x08, 0x04
_FLAGS = {b"ICCP": _PROFILE, b"EXIF": _EXIF, b"XMP ": _XMP}
_FRAME_HEADER = 16


class Chunk(NamedTuple):
    """One chunk: its four characters and its content."""

    kind: bytes
    content: bytes


def is_webp(data: bytes) -> bool:
    """Say whether a file begins with the header of WebP."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def read_webp(data: bytes) -> Parts:
    """Split a WebP file into its parts. libwebp checks the coded picture in it when it decodes.

    Raises:
        ProblemError: ``invalid-image``: chunks are missing, doubled or cut off, or the file is animated.

    """
    end = 8 + struct.unpack_from("<I", data, 4)[0]
    if end > len(data):
        raise cut_off(f"it has {len(data):,} bytes where its header states {end:,}")
    chunks = _chunks(data[12:end])
    _check(chunks)
    flags = chunks[0].content[0] if chunks[0].kind == b"VP8X" else 0
    stated = {
        kind: [c for name, c in chunks if name == kind and flags & flag] for kind, flag in _FLAGS.items()
    }
    kept = [_plain(chunk) for chunk in chunks if chunk.kind in _PIXELS or chunk is chunks[0]]
    unread = [kind for kind, _ in chunks[1:] if kind not in _PIXELS and not stated.get(kind)]
    return Parts(
        pixels=_join(kept),
        check=lambda: None,
        notes=remarks(map(_name, unread), profile=bool(stated[b"ICCP"]), left_over=len(data) - end),
        exif=stated[b"EXIF"][0] if stated[b"EXIF"] else None,
        xmp=stated[b"XMP "][0] if stated[b"XMP "] else b"",
    )


def load_webp(opened: WebPImageFile) -> Image.Image:
    """Decode the picture of an opened file, with less memory than Pillow's own ``load`` takes.

    libwebp's decoder holds two canvases of four bytes a pixel besides the pixels that it returns. Pillow
    keeps the decoder until the file is closed, and copies the pixels meanwhile. Here the decoder is freed
    before the copy, so the file cannot be decoded again. Raises EOFError if the picture is damaged.
    """
    frame = opened._decoder.get_next()  # noqa: SLF001 - Pillow has no other way to free it
    del opened._decoder  # noqa: SLF001
    if frame is None:
        raise EOFError("libwebp cannot decode the picture")
    return Image.frombytes(opened.mode, opened.size, frame[0], "raw", opened.rawmode)


def _chunks(content: bytes) -> list[Chunk]:
    """Split the content of a file or a frame into chunks. The pad byte after the last one may be missing."""
    found, at = list[Chunk](), 0
    while at < len(content):
        checked_count(len(found))
        if at + 8 > len(content):
            raise cut_off("it breaks off in the header of a chunk")
        kind, length = struct.unpack_from("<4sI", content, at)
        if at + 8 + length > len(content):
            raise cut_off(f"it breaks off in its {_name(kind)} chunk")
        found.append(Chunk(kind, content[at + 8 : at + 8 + length]))
        at += 8 + length + length % 2
    return found


def _check(chunks: Sequence[Chunk]) -> None:
    """Refuse animations, and chunks that do not form exactly one picture."""
    kinds = [kind for kind, _ in chunks]
    frames = [content for kind, content in chunks if kind == b"ANMF"]
    if len(frames) > 1:
        raise animated()
    if kinds[:1] == [b"VP8X"] and len(chunks[0].content) < 10:
        raise damaged("its VP8X chunk is cut off")
    if not kinds or kinds[0] not in (b"VP8X", b"VP8 ", b"VP8L"):
        raise damaged("it does not begin with a picture or the VP8X chunk that announces one")
    parts = kinds + [kind for content in frames for kind, _ in _chunks(content[_FRAME_HEADER:])]
    if parts.count(b"VP8 ") + parts.count(b"VP8L") != 1 or parts.count(b"ALPH") > 1:
        raise damaged("it does not hold exactly one picture")


def _plain(chunk: Chunk) -> Chunk:
    """Clear the flags in VP8X that announce metadata."""
    if chunk.kind != b"VP8X":
        return chunk
    flags = chunk.content[0] & ~(_PROFILE | _EXIF | _XMP)
    return Chunk(chunk.kind, bytes([flags]) + chunk.content[1:])


def _join(chunks: Sequence[Chunk]) -> bytes:
    """Return a file made of these chunks."""
    body = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
        for kind, content in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _name(kind: bytes) -> str:
    return ascii(kind.decode("latin-1"))[1:-1].strip()
