"""Read the input to certify from a file: an encoded image, or an array."""

from __future__ import annotations

import io
import math
import tokenize
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from certify_client.api import CertificationClient, Parameters
from certify_client.bounded_files import UnusableFile, read_file
from certify_client.records import Job

if TYPE_CHECKING:
    import numpy.typing as npt

MOST_ELEMENTS = 2**24
"""A larger array is refused here and not sent. A choice, with room for gateways that allow large bodies: by
default a body holds 2^22 float32 numbers."""

_NPY = b"\x93NUMPY"
_ZIP = b"PK\x03\x04"
_REAL_NUMBERS = "biuf"
_HEADER_FAULTS = (ValueError, TypeError, SyntaxError, tokenize.TokenError, RecursionError, MemoryError)


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An encoded image; the service decodes it."""

    content: bytes

    def submit(self, client: CertificationClient, parameters: Parameters) -> Job:
        """Submit it."""
        return client.submit_image(self.content, parameters)


@dataclass(frozen=True, slots=True)
class TensorFile:
    """An array of finite floats in the model's own input space."""

    array: npt.NDArray[Any]

    def submit(self, client: CertificationClient, parameters: Parameters) -> Job:
        """Submit it."""
        return client.submit_tensor(self.array.shape, self.array.ravel(), parameters)


def read_input(path: Path) -> ImageFile | TensorFile:
    """Read a tensor if the content is that of a ``.npy`` file, else an image. Raises UnusableFile."""
    return input_of(path, read_file(path))


def input_of(path: Path | str, content: bytes) -> ImageFile | TensorFile:
    """Return the input that a file's content is; ``path`` names it in messages. Raises UnusableFile."""
    if content.startswith(_NPY):
        return _tensor(path, content)
    if content.startswith(_ZIP):
        raise UnusableFile(f"{path} is a zip archive, as .npz files are; save one array with numpy.save")
    if str(path).lower().endswith(".npy"):
        raise UnusableFile(f"{path} is not a .npy file; numpy.save writes one")
    return ImageFile(content)


def _tensor(path: Path | str, content: bytes) -> TensorFile:
    import numpy as np  # noqa: PLC0415 - images are submitted without it

    shape, fortran_order, dtype, start = _header(path, content)
    if dtype.kind not in _REAL_NUMBERS:
        raise UnusableFile(f"{path} holds {dtype} values; a tensor is made of real numbers")
    count = math.prod(shape)
    if not 1 <= count <= MOST_ELEMENTS:
        raise UnusableFile(f"{path} holds {count:,} numbers; a tensor has 1 to {MOST_ELEMENTS:,}")
    if (expected := count * dtype.itemsize) != (found := len(content) - start):
        raise UnusableFile(
            f"{path} is damaged: {found:,} bytes follow its header, which asks for {expected:,}"
        )
    stored = np.frombuffer(content, dtype, offset=start).reshape(shape, order="F" if fortran_order else "C")
    kind = np.float32 if dtype == np.float32 else np.float64
    with np.errstate(over="ignore"):  # a number too large for a double becomes infinite, and is refused
        numbers = stored.astype(kind)
    if len(at_fault := np.argwhere(~np.isfinite(numbers))):
        first = tuple(at_fault[0])
        where = [int(index) for index in first]
        raise UnusableFile(f"{path} holds {numbers[first]} at {where}; a tensor is made of finite numbers")
    return TensorFile(numbers)


def _header(path: Path | str, content: bytes) -> tuple[tuple[int, ...], bool, Any, int]:
    """Return shape, Fortran order, dtype, and where the numbers begin; allocates nothing for the numbers."""
    from numpy.lib import format as npy  # noqa: PLC0415 - images are submitted without it

    readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    file = io.BytesIO(content)
    try:
        version = npy.read_magic(file)
        if (read := readers.get(version)) is None:
            raise ValueError(f"format {version[0]}.{version[1]} is not for plain numbers")
        shape, fortran_order, dtype = read(file)
    except _HEADER_FAULTS as error:
        raise UnusableFile(f"{path} has no readable header: {error}") from error
    if any(side < 0 for side in shape):
        raise UnusableFile(f"{path} has no readable header: the shape {shape} is impossible")
    return shape, fortran_order, dtype, file.tell()
