"""Split PNG files into chunks, check checksums and order (W3C, third edition), keep what the pixels need."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from service.certification.images.parts import Parts, checked_count, remarks
from service.certification.images.png_metadata import is_read, read_exif, read_xmp
from service.certification.images.png_rows import DEPTHS, GREY, PALETTE, RGB, Header, check_rows
from service.certification.images.refusals import animated, cut_off, damaged, invalid

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CRITICAL = ("IHDR", "PLTE", "IDAT", "IEND")
_READ = frozenset({*_CRITICAL, "tRNS", "eXIf", "iCCP"})


class Chunk(NamedTuple):
    """One chunk: its type and its content."""

    kind: str
    content: memoryview


def read_png(data: bytes) -> Parts:
    """Split a PNG file into its parts.

    Raises:
        ProblemError: ``invalid-image``: a chunk is missing, out of order or cut off, a checksum is wrong, the
            picture is animated, or its transparent colour cannot be told from other colours.

    """
    chunks, left_over = _chunks(data)
    _check_order([kind for kind, _ in chunks])
    header = _header(chunks[0].content)
    notes = _animation(chunks)
    if header.depth == 16 and header.colour_type != GREY:
        notes.append("16-bit channels reduced to their high 8 bits")
    palette, colours = _palette(chunks, header)
    idat = b"".join(content for kind, content in chunks if kind == "IDAT")
    kept = [chunks[0], *palette, *_transparency(chunks, header, colours)]
    unread = [kind for kind, content in chunks if kind not in _READ and not is_read(kind, content)]
    profile = any(kind == "iCCP" for kind, _ in chunks)
    return Parts(
        pixels=_join([*kept, Chunk("IDAT", memoryview(idat)), Chunk("IEND", memoryview(b""))]),
        check=partial(check_rows, header, idat),
        notes=(*notes, *remarks(unread, profile=profile, left_over=left_over)),
        exif=read_exif(chunks),
        xmp=read_xmp(chunks),
        colours=colours,
    )


def _chunks(data: bytes) -> tuple[list[Chunk], int]:
    """Return the chunks up to IEND, each checked against its CRC, and the number of bytes after them."""
    view, found, at = memoryview(data), list[Chunk](), len(SIGNATURE)
    while not found or found[-1].kind != "IEND":
        checked_count(len(found))
        if at + 12 > len(data):
            raise cut_off("it has no IEND chunk")
        length, name = struct.unpack_from(">I4s", data, at)
        if not name.isalpha():
            raise damaged(f"no chunk begins at byte {at:,}, where one must")
        kind, end = name.decode("ascii"), at + 12 + length
        if end > len(data):
            raise cut_off(f"it breaks off in its {kind} chunk")
        if zlib.crc32(view[at + 4 : end - 4]) != struct.unpack_from(">I", data, end - 4)[0]:
            raise damaged(f"the checksum of its {kind} chunk at byte {at:,} is wrong")
        found.append(Chunk(kind, view[at + 8 : end - 4]))
        at = end
    return found, len(data) - at


def _check_order(kinds: Sequence[str]) -> None:
    """Refuse chunks that are missing, repeated or out of order, among those that pixels depend on."""
    unknown = next((kind for kind in kinds if kind[0].isupper() and kind not in _CRITICAL), None)
    places = {kind: [i for i, name in enumerate(kinds) if name == kind] for kind in (*_CRITICAL, "tRNS")}
    idat = places["IDAT"]
    faults = {
        f"its first chunk is {kinds[0]} and not IHDR": kinds[0] != "IHDR",
        f"no rule says how to read its {unknown} chunk": unknown is not None,
        "it holds no picture (IDAT chunk)": not idat,
        "other chunks lie between its IDAT chunks": bool(idat) and idat[-1] - idat[0] >= len(idat),
    }
    for kind in ("IHDR", "PLTE", "tRNS"):
        faults[f"it has several {kind} chunks"] = len(places[kind]) > 1
    for kind in ("PLTE", "tRNS"):
        faults[f"its {kind} chunk comes after the picture"] = bool(idat) and places[kind][-1:] > idat[:1]
    for fault, found in faults.items():
        if found:
            raise damaged(fault)


def _header(content: memoryview) -> Header:
    if len(content) != 13:
        raise damaged(f"its IHDR chunk has {len(content)} bytes, not 13")
    header = Header(*struct.unpack(">IIBBBBB", content))
    allowed = (
        0 < header.width < 2**31
        and 0 < header.height < 2**31
        and header.depth in DEPTHS.get(header.colour_type, ())
        and header.compression == header.filter_method == 0
        and header.interlace in (0, 1)
    )
    if not allowed:
        raise damaged(f"its IHDR chunk states a combination that PNG does not have: {header.describe()}")
    return header


def _animation(chunks: Sequence[Chunk]) -> list[str]:
    """Refuse an animation. An invalid animation header does not make one; it is ignored with a note."""
    first = [kind for kind, _ in chunks].index("IDAT")
    counts = [
        struct.unpack_from(">I", content)[0]
        for kind, content in chunks[:first]
        if kind == "acTL" and len(content) == 8
    ]
    further = any(kind == "fdAT" for kind, _ in chunks)
    if any(1 < count < 2**31 or (count == 1 and further) for count in counts):
        raise animated()
    valid = len(counts) == sum(kind == "acTL" for kind, _ in chunks) <= 1 and 0 not in counts
    return [] if valid and max(counts, default=1) < 2**31 else ["invalid animation header (acTL) ignored"]


def _palette(chunks: Sequence[Chunk], header: Header) -> tuple[list[Chunk], int | None]:
    """Return the palette and its number of colours; ignore a palette that is only a suggestion."""
    if header.colour_type != PALETTE:
        return [], None
    found = [chunk for chunk in chunks if chunk.kind == "PLTE"]
    if not found:
        raise damaged("its palette (PLTE chunk) is missing")
    length = len(found[0].content)
    if length % 3 or not 1 <= length // 3 <= 2**header.depth:
        raise damaged(f"its palette has {length} bytes, which are not 1 to {2**header.depth} colours")
    return found, length // 3


def _transparency(chunks: Sequence[Chunk], header: Header, colours: int | None) -> list[Chunk]:
    """Check the transparency, and scale a transparent colour to 8 bits, as Pillow compares it.

    Only the low ``depth`` bits of each two-byte sample count (PNG specification, 11.3.2.1). Pillow compares
    them with samples that it has already scaled to 0..255, so they are scaled in the same way here.
    """
    found = [content for kind, content in chunks if kind == "tRNS"]
    samples = {GREY: 1, RGB: 3}.get(header.colour_type)
    if not found or (samples is None and colours is None):
        return []
    length = len(found[0])
    if samples is None:
        if [kind for kind, _ in chunks if kind in ("PLTE", "tRNS")] != ["PLTE", "tRNS"]:
            raise damaged("its transparency comes before the palette (tRNS, PLTE)")
        if not 1 <= length <= (colours or 0):
            raise damaged(f"its tRNS chunk has {length} entries for a palette of {colours} colours")
        return [Chunk("tRNS", found[0])]
    if length != 2 * samples:
        raise damaged(f"its tRNS chunk has {length} bytes, not {2 * samples}")
    if header.depth == 16:
        raise invalid("a 16-bit picture with a transparent colour (tRNS) is refused: flatten it first")
    largest = 2**header.depth - 1
    keys = struct.unpack(f">{samples}H", found[0])
    stretched = ((key & largest) * (255 // largest) for key in keys)
    return [Chunk("tRNS", memoryview(struct.pack(f">{samples}H", *stretched)))]


def _join(chunks: Sequence[Chunk]) -> bytes:
    """Return a file made of these chunks."""
    pieces: list[bytes | memoryview] = [SIGNATURE]
    for kind, content in chunks:
        name = kind.encode()
        checksum = struct.pack(">I", zlib.crc32(content, zlib.crc32(name)))
        pieces += [struct.pack(">I", len(content)), name, content, checksum]
    return b"".join(pieces)
