"""Read tensors from ``.npy`` files, without trusting what a file says about itself."""

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
"""A choice: headers of numpy.save have 128 bytes."""
AT_ONCE = 65536
"""Numbers that are converted at the same time. A choice: 512 KiB as doubles."""
_EXACT = 2**53
"""All integers up to this size are exact as doubles."""
_READERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
_HOW = "save the array with numpy.save, as float32 or float64"


@dataclass(frozen=True, slots=True)
class NpyTensor:
    """The numbers of a file. They stay in the file's bytes until they are read."""

    shape: tuple[int, ...]
    numbers: npt.NDArray[np.number]

    @property
    def count(self) -> int:
        """How many numbers there are."""
        return self.numbers.size

    def pieces(self) -> Iterator[Piece]:
        """Yield the numbers. Raises ProblemError for an integer past 2^53, which doubles may not hold."""
        for at in range(0, self.count, AT_ONCE):
            piece = self.numbers[at : at + AT_ONCE]
            wide = self.numbers.dtype.kind in "iu" and self.numbers.dtype.itemsize == 8
            if wide and (places := np.flatnonzero((piece > _EXACT) | (piece < -_EXACT))).size:
                place = at + int(places[0])
                raise invalid(f"tensor.data[{place}]", f"{piece[places[0]]} is past 2^53: {_HOW}")
            yield piece.astype(np.float64)


def refuse_doubtful_arrays() -> None:
    """Make NumPy raise for old headers, for which it only prints a warning. Call once at start."""
    warnings.filterwarnings("error", message="Reading `.npy`", category=UserWarning)


def read_npy(file: bytes) -> NpyTensor:
    """Read the header of a file, and check that exactly the numbers that it states follow.

    Nothing is unpickled, and no memory is allocated by the size that the header states.

    Raises ProblemError ``invalid-tensor`` unless the file is one whole array of integers or floats of at most
    eight bytes each, of either byte order, in C order.
    """
    stream = io.BytesIO(file)
    try:
        read = _READERS[npy.read_magic(stream)]
        shape, fortran, kind = read(stream, max_header_size=MOST_HEADER_BYTES)
    except Exception as error:  # a hostile header can make the reader raise anything
        raise _unreadable("is not a .npy file of version 1.0 or 2.0, or its header is damaged") from error
    if kind.kind not in "iuf" or kind.itemsize > 8 or kind.subdtype is not None:
        raise _unreadable(f"holds {kind}, not integers or floats of at most 8 bytes")
    if fortran and len(shape) > 1:
        raise _unreadable("is in Fortran order; numpy.ascontiguousarray changes that")
    count, held = math.prod(shape), len(file) - stream.tell()
    if count * kind.itemsize != held:
        told = f"its header states {kind.itemsize} bytes for each number, and {held} bytes follow it"
        raise _unreadable(f"is cut off, or has bytes after its end: {told}")
    return NpyTensor(shape, np.frombuffer(file, dtype=kind, count=count, offset=stream.tell()))


def _unreadable(what: str) -> ProblemError:
    return invalid("tensor", f"{what}: {_HOW}")
