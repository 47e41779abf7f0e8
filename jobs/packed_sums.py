"""Pack the vectors of split sums into bytes, as whole numbers of grid steps, with no more bytes than needed.

A sum on the grid is a whole multiple of 2**-20, so nothing is lost. The first byte tells sums of one class
from sums of every class. Then follow, for each class and little-endian: ``n_a``, ``n_b``, ``blocks``, ``d``
and the number of bytes for each element, as int64, and the two vectors in two's complement.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from certificates.counts.exact_sums import GRID
from certificates.counts.gradient_sums import GradientSums
from certificates.counts.split_sums import SplitSums

_HEAD: Final = struct.Struct("<5q")
_ONE_CLASS: Final = b"\x01"
_EVERY_CLASS: Final = b"\x02"


def pack_sums(gradient: GradientSums | None) -> bytes:
    """Return the packed split sums; empty bytes if there are none."""
    if gradient is None:
        return b""
    sums = [split for split in gradient.splits() if isinstance(split, SplitSums)]
    kind = _ONE_CLASS if gradient.per_class is None else _EVERY_CLASS
    return kind + b"".join(map(_pack, sums)) if sums else b""


def unpack_sums(packed: bytes) -> GradientSums:
    """Read what `pack_sums` wrote; ValueError on anything else."""
    sums = tuple(_unpack(packed))
    if not sums or packed[:1] not in (_ONE_CLASS, _EVERY_CLASS):
        raise ValueError("these are not split sums")
    if packed[:1] == _EVERY_CLASS:
        return GradientSums(sums[0].d, 0, 0.0, per_class=sums)
    return GradientSums(sums[0].d, 0, 0.0, split=sums[0])


def _pack(sums: SplitSums) -> bytes:
    vectors = [(vector * GRID).astype("<i8") for vector in sums.vectors()]
    width = max(int(np.abs(vector).max()).bit_length() for vector in vectors) // 8 + 1  # a bit for the sign
    head = _HEAD.pack(sums.n_a, sums.n_b, sums.blocks, sums.d, width)
    return head + b"".join(vector.view(np.uint8).reshape(-1, 8)[:, :width].tobytes() for vector in vectors)


def _unpack(packed: bytes) -> Iterator[SplitSums]:
    at = 1
    while at < len(packed):
        if len(packed) < at + _HEAD.size:
            raise ValueError("split sums end in the middle")
        n_a, n_b, blocks, d, width = _HEAD.unpack_from(packed, at)
        at += _HEAD.size
        size = d * width
        if not (1 <= width <= 8 and d >= 1 and at + 2 * size <= len(packed)):
            raise ValueError("split sums end in the middle")
        a, b = (_vector(packed[start : start + size], width) for start in (at, at + size))
        yield SplitSums(n_a, n_b, blocks, a.tobytes(), b.tobytes())
        at += 2 * size


def _vector(content: bytes, width: int) -> NDArray[np.float64]:
    padded = np.zeros((len(content) // width, 8), dtype=np.uint8)
    padded[:, 8 - width :] = np.frombuffer(content, dtype=np.uint8).reshape(-1, width)
    whole = padded.view("<i8").ravel() >> (8 * (8 - width))  # the shift brings the sign along
    return (whole / GRID).astype("<f8")
