"""Split JPEG files into segments (ITU-T T.81, annex B), and keep those that the pixels depend on."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from service.certification.images.jpeg_scans import check_decoding, check_scans
from service.certification.images.parts import Parts, checked_count, remarks
from service.certification.images.refusals import cut_off, damaged, invalid

SIGNATURE = b"\xff\xd8\xff"
FRAMES = {0xC0: "baseline", 0xC1: "extended sequential", 0xC2: "progressive"}
"""The accepted frame headers. Arithmetic coding is refused: half such a picture decodes as if whole."""
_EOI, SOS, _COMMENT = 0xD9, 0xDA, 0xFE
_TABLES = frozenset({0xC4, 0xDB, 0xDD})
"""Huffman tables, quantisation tables, restart interval."""
_APPLICATION = range(0xE0, 0xF0)
_REFUSED_FRAMES = frozenset(range(0xC3, 0xD0)) - _TABLES
_FILL = re.compile(rb"\xff+")
_SCAN_END = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
"""Within a scan, 0xFF before zero is a value and before 0xD0 to 0xD7 a restart."""
_PLAIN_JFIF = b"JFIF\0" + struct.pack(">HBHHBB", 0x0101, 0, 1, 1, 0, 0)
_EXIF, _XMP, _PROFILE, _PICTURES = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"ICC_PROFILE\0", b"MPF\0"
_SUBJECTS = {(0xE1, _EXIF): "EXIF", (0xE1, _XMP): "XMP", (0xE2, _PROFILE): "ICC", (0xE2, _PICTURES): "MPF"}


class Segment(NamedTuple):
    """One segment: the second byte of its marker, its content, and for SOS the scan that follows."""

    marker: int
    content: bytes
    scan: bytes = b""

    @property
    def subject(self) -> str:
        """Name the kind of metadata in the segment; empty if the segment affects the pixels.

        Two application segments affect them, if they are as long as libjpeg expects: JFIF and Adobe say which
        colours are coded.
        """
        jfif = self.marker == 0xE0 and self.content.startswith(b"JFIF\0") and len(self.content) >= 14
        adobe = self.marker == 0xEE and self.content.startswith(b"Adobe") and len(self.content) >= 12
        if jfif or adobe:
            return ""
        for (marker, start), name in _SUBJECTS.items():
            if self.marker == marker and self.content.startswith(start):
                return name
        if self.marker in _APPLICATION:
            return f"APP{self.marker - 0xE0}"
        return "comment" if self.marker == _COMMENT else ""

    def written(self) -> bytes:
        """Return the segment's bytes; JFIF with neutral content, since only its presence affects pixels."""
        content = _PLAIN_JFIF if self.marker == 0xE0 else self.content
        return bytes((0xFF, self.marker)) + struct.pack(">H", len(content) + 2) + content + self.scan


def read_jpeg(data: bytes) -> Parts:
    """Split the first picture of a JPEG file into its parts.

    Raises:
        ProblemError: ``invalid-image``: a segment or a scan is missing or cut off, or the coding is not
            accepted.

    """
    segments, end = _segments(data)
    frames = [segment for segment in segments if segment.marker in FRAMES]
    if len(frames) != 1:
        raise damaged(f"it has {len(frames)} frame headers, not one")
    scans = [segment.content for segment in segments if segment.marker == SOS]
    check_scans(frames[0].content, scans, progressive=FRAMES[frames[0].marker] == "progressive")
    pixels = b"".join([SIGNATURE[:2], *(s.written() for s in segments if not s.subject), b"\xff\xd9"])
    subjects = [segment.subject for segment in segments]
    exif, packets = _contents(segments, "EXIF", _EXIF), _contents(segments, "XMP", _XMP)
    return Parts(
        pixels=pixels,
        check=partial(check_decoding, pixels),
        notes=remarks(
            [subject for subject in subjects if subject not in ("", "EXIF", "XMP", "ICC")],
            profile="ICC" in subjects,
            left_over=len(data) - end,
            further_picture=data[end:].lstrip(b"\0").startswith(SIGNATURE),
        ),
        exif=b"".join(exif) if exif else None,
        xmp=packets[-1] if packets else b"",
    )


def _contents(segments: Sequence[Segment], subject: str, start: bytes) -> list[bytes]:
    return [segment.content[len(start) :] for segment in segments if segment.subject == subject]


def _segments(data: bytes) -> tuple[list[Segment], int]:
    """Return the segments of a file's first picture, and the position where it ends."""
    found, at = list[Segment](), 2
    while True:
        checked_count(len(found))
        fill = _FILL.match(data, at)
        if at < len(data) and fill is None:
            raise damaged(f"bytes at {at:,} belong to no segment")
        if fill is None or fill.end() >= len(data):
            raise cut_off("it has no end marker")
        marker, at = data[fill.end()], fill.end() + 1
        if marker == _EOI:
            return found, at
        segment, at = _segment(data, marker, at)
        found.append(segment)


def _segment(data: bytes, marker: int, at: int) -> tuple[Segment, int]:
    """Return the segment whose marker ends at ``at``, with its scan, and the position where that ends."""
    if marker in _REFUSED_FRAMES:
        accepted = "a JPEG that is baseline or progressive and Huffman-coded"
        raise invalid(
            f"is a JPEG of the coding SOF{marker - 0xC0}, which is refused: save it as {accepted}, or PNG"
        )
    if marker not in _TABLES and marker not in FRAMES and marker not in (SOS, _COMMENT, *_APPLICATION):
        raise damaged(f"its marker {marker:02X} at byte {at:,} has no meaning there")
    if at + 2 > len(data):
        raise cut_off("it has no end marker")
    (length,) = struct.unpack_from(">H", data, at)
    end = at + length
    if length < 2:
        raise damaged(f"its segment at byte {at:,} states a length of {length}")
    if end > len(data):
        raise cut_off(f"it breaks off in its segment at byte {at:,}")
    content = data[at + 2 : end]
    if marker != SOS:
        return Segment(marker, content), end
    after = _SCAN_END.search(data, end)
    if after is None:
        raise cut_off("it breaks off in its picture")
    return Segment(marker, content, data[end : after.start()]), after.start()
