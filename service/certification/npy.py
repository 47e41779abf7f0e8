"""Tensors as NumPy's files: one array of numbers, read without trusting what the file claims of itself."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy

from service.certification.tensors import Piece, invalid
from service.http.problems import ProblemError

MOST_HEADER_BYTES = 1024
AT_ONCE = 65536
"""Numbers that are read at the same time."""
_EXACT = 2**53
_READERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
_HOW = "save the array with numpy.save, as float32 or float64"


@dataclass(frozen=True, slots=True)
class NpyTensor:
    """The numbers of a file, which stay in its bytes until they are read."""

    shape: tuple[int, ...]
    numbers: npt.NDArray[np.number]

    @property
    def count(self) -> int:
        """How many numbers there are."""
        return self.numbers.size

    def pieces(self) -> Iterator[Piece]:
        """Read the numbers. Raises ProblemError for an integer that no double holds."""
        for at in range(0, self.count, AT_ONCE):
            piece = self.numbers[at : at + AT_ONCE]
            wide = self.numbers.dtype.kind in "iu" and self.numbers.dtype.itemsize == 8
            if wide and (places := np.flatnonzero((piece > _EXACT) | (piece < -_EXACT))).size:
                place = at + int(places[0])
                raise invalid(f"tensor.data[{place}]", f"{piece[places[0]]} is past 2^53: {_HOW}")
            yield piece.astype(np.float64)


def refuse_doubtful_arrays() -> None:
    """Make NumPy raise where it would only warn of an old header and go on. Call once at start."""
    warnings.filterwarnings("error", message="Reading `.npy`", category=UserWarning)


def read_npy(file: bytes) -> NpyTensor:
    """Read the head of a file and see that its numbers are there, no fewer and no more.

    Nothing is unpickled, and nothing is made of the size that the head claims.

    Raises ProblemError ``invalid-tensor`` for anything but one whole array of integers or floats of at most
    eight bytes each, of either byte order, in C order.
    """
    stream = io.BytesIO(file)
    try:
        read = _READERS[npy.read_magic(stream)]
        shape, fortran, kind = read(stream, max_header_size=MOST_HEADER_BYTES)
    except Exception as error:  # a hostile head can make the reader raise anything
        raise _unreadable("is not a .npy file of version 1.0 or 2.0, or its head is damaged") from error
    if kind.kind not in "iuf" or kind.itemsize > 8 or kind.subdtype is not None:
        raise _unreadable(f"holds {kind}, not integers or floats of at most 8 bytes")
    if fortran and len(shape) > 1:
        raise _unreadable("is in Fortran order; numpy.ascontiguousarray changes that")
    count, held = math.prod(shape), len(file) - stream.tell()
    if count * kind.itemsize != held:
        told = f"its head promises {kind.itemsize} bytes for each of its numbers, and {held} bytes follow it"
        raise _unreadable(f"is cut off or has more behind its end: {told}")
    return NpyTensor(shape, np.frombuffer(file, dtype=kind, count=count, offset=stream.tell()))


def _unreadable(what: str) -> ProblemError:
    return invalid("tensor", f"{what}: {_HOW}")
