"""Recognise the beginning of an ONNX file by the outermost fields of its protobuf, without ONNX's library."""

from __future__ import annotations

from typing import Final

_VARINT, _BYTES = 0, 2
_GRAPH: Final = 7
_KINDS: Final = {1: _VARINT, 2: _BYTES, 3: _BYTES, 4: _BYTES, 5: _VARINT, 6: _BYTES, 8: _BYTES, 14: _BYTES}
"""Wire types of the fields of ModelProto that may precede its graph."""


def looks_like_onnx(head: bytes) -> bool:
    """Whether only fields of ONNX's ModelProto precede a field that can be its graph."""
    place = 0
    while place < len(head):
        tag, place = _varint(head, place)
        number, kind = tag >> 3, tag & 7
        if number == _GRAPH:
            return kind == _BYTES
        if _KINDS.get(number) != kind:
            return False
        value, place = _varint(head, place)
        if kind == _BYTES:
            place += value
    return False


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """Return the number at a place and the place after it. A number that is cut off ends the data."""
    value = 0
    for shift in range(0, 70, 7):
        if place >= len(data):
            return 0, len(data)
        byte = data[place]
        value |= (byte & 0x7F) << shift
        place += 1
        if byte < 0x80:
            return value, place
    return value, len(data)
