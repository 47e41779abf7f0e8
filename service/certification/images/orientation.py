"""Apply the orientation that EXIF or XMP metadata state."""

from __future__ import annotations

import re
import struct

from PIL import Image

_TAG = 0x0112
_WIDTHS = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
"""Bytes of one value of each TIFF field type."""
_WHOLE_NUMBERS = {1: "B", 3: "H", 4: "I"}
_BYTE_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_PREFIX = re.compile(rb"(?:Exif\0\0)*")
_IN_XMP = re.compile(rb'tiff:Orientation(?:="|>)([0-9])')
_TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def upright(picture: Image.Image, exif: bytes | None, xmp: bytes, notes: list[str]) -> Image.Image:
    """Turn a picture as its metadata state, EXIF before XMP. A broken EXIF block means orientation 1."""
    source = "EXIF"
    try:
        asked = None if exif is None else _in_exif(exif)
    except (ValueError, struct.error):
        notes.append("the EXIF block is broken and was ignored: orientation 1 assumed")
        return picture
    if asked is None and (found := _IN_XMP.search(xmp)):
        source, asked = "XMP", int(found[1])
    if asked in _TRANSPOSE:
        notes.append(f"{source} orientation {asked} applied")
        return picture.transpose(_TRANSPOSE[asked])
    if asked not in (None, 1):
        notes.append(f"{source} orientation {asked} is not one of 1 to 8: orientation 1 assumed")
    return picture


def _in_exif(exif: bytes) -> int | None:
    """Read the orientation from an EXIF block's main directory (TIFF 6.0, section 2), if it states one.

    Values are read in place and never copied, so the cost is bounded by the 65,535 entries of a directory.

    Raises:
        ValueError: the block is not TIFF, an entry's values lie outside it, an orientation is not a number,
            or several orientations differ.
        struct.error: the directory lies outside the block or is cut off.

    """
    prefix = _PREFIX.match(exif)
    block = memoryview(exif)[prefix.end() if prefix else 0 :]
    order = _BYTE_ORDERS.get(bytes(block[:4]))
    if order is None:
        raise ValueError("no TIFF header")
    (start,) = struct.unpack_from(f"{order}I", block, 4)
    (entries,) = struct.unpack_from(f"{order}H", block, start)
    asked: set[int] = set()
    for place in range(start + 2, start + 2 + 12 * entries, 12):
        tag, kind, count, offset = struct.unpack_from(f"{order}HHII", block, place)
        size = _WIDTHS.get(kind, 0) * count
        if size > 4 and offset + size > len(block):
            raise ValueError("values outside the block")
        if tag == _TAG:
            asked.add(_one_number(block, order, place, kind, count))
    if len(asked) > 1:
        raise ValueError("orientations differ")
    return asked.pop() if asked else None


def _one_number(block: memoryview, order: str, place: int, kind: int, count: int) -> int:
    if count != 1 or kind not in _WHOLE_NUMBERS:
        raise ValueError("the orientation is not one whole number")
    number: int = struct.unpack_from(order + _WHOLE_NUMBERS[kind], block, place + 8)[0]
    return number
