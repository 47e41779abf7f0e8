"""Pack vectors of gradient sums into bytes, as whole numbers of grid steps, with no more bytes than needed.

A sum on the grid is a whole multiple of 2**-20, so nothing is lost. The first byte tells the weights and
whether there is a vector for every class. Then follow, little-endian: ``n``, ``blocks``, ``d``, the number of
vectors and the number of bytes for each element, as int64; ``squares`` in 16 bytes; and the vectors in two's
complement.
"""

from __future__ import annotations

import struct
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from certificates.counts.all_pairs import AllPairsSums
from certificates.counts.exact_sums import GRID
from certificates.counts.gradient_sums import GradientSums
from certificates.kinds import Weights

_HEAD: Final = struct.Struct("<b5q16s")
_KINDS: Final = {1: (Weights.SCORES, False), 2: (Weights.SCORES, True), 3: (Weights.MISSES, False)}
_SQUARES: Final = 16
"""Bytes of ``squares``: as many as any job's take. At 2^21 elements, 10^8 samples have some 2^68 steps."""


def pack_sums(gradient: GradientSums | None) -> bytes:
    """Return the packed sums; empty bytes if there are none."""
    if gradient is None or gradient.sums is None:
        return b""
    sums = gradient.sums
    [kind] = (byte for byte, named in _KINDS.items() if named == (sums.weights, sums.per_class))
    vectors = [(vector * GRID).astype("<i8") for vector in sums.arrays()]
    largest = max(max(int(vector.max()), -int(vector.min())) for vector in vectors)
    width = largest.bit_length() // 8 + 1  # a bit for the sign
    squares = sums.squares.to_bytes(_SQUARES, "little")
    head = _HEAD.pack(kind, sums.n, sums.blocks, sums.d, len(vectors), width, squares)
    packed = (vector.view(np.uint8).reshape(-1, 8)[:, :width].tobytes() for vector in vectors)
    return b"".join(chain([head], packed))


def unpack_sums(packed: bytes) -> GradientSums:
    """Read what `pack_sums` wrote; ValueError on anything else."""
    if len(packed) < _HEAD.size:
        raise ValueError("these are not gradient sums: they end in the middle")
    kind, n, blocks, d, vectors, width, squares = _HEAD.unpack_from(packed)
    if kind not in _KINDS or not 1 <= width <= 8 or len(packed) != _HEAD.size + vectors * d * width:
        raise ValueError("these are not gradient sums, or they end in the middle")
    weights, per_class = _KINDS[kind]
    whole = _vector(memoryview(packed)[_HEAD.size :], width)
    sums = AllPairsSums(weights, n, d, blocks, int.from_bytes(squares, "little"), whole.tobytes(), per_class)
    return GradientSums(d, 0, 0.0, sums=sums)


def _vector(content: memoryview, width: int) -> NDArray[np.float64]:
    padded = np.zeros((len(content) // width, 8), dtype=np.uint8)
    padded[:, 8 - width :] = np.frombuffer(content, dtype=np.uint8).reshape(-1, width)
    whole = padded.view("<i8").ravel() >> (8 * (8 - width))  # the shift brings the sign along
    return (whole / GRID).astype("<f8", copy=False)
