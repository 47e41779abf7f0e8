"""The input to certify: an encoded image, or an array; from a file, bytes, an array or a picture."""

from __future__ import annotations

import io
import math
import tokenize
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol, TypeAlias, TypeGuard, cast

from certify_client.arrays import npy_file
from certify_client.bounded_files import UnusableFile, read_file

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

    def part(self) -> dict[str, tuple[str, bytes]]:
        """Return it as the file of a form."""
        return {"image": ("image", self.content)}


@dataclass(frozen=True, slots=True)
class TensorFile:
    """An array of finite floats in the model's own input space."""

    array: npt.NDArray[Any]

    def part(self) -> dict[str, tuple[str, bytes]]:
        """Return it as the file of a form."""
        return {"tensor": ("tensor.npy", npy_file(self.array))}


class Picture(Protocol):
    """A picture of Pillow, or anything that writes itself as PNG in the same way."""

    def save(self, fp: IO[bytes], format: str) -> None:  # noqa: A002 - Pillow's own name
        """Write the picture to a file."""
        ...


Given: TypeAlias = "str | Path | bytes | Picture | ImageFile | TensorFile | npt.NDArray[Any]"
"""What can be certified: a path, the content of a file, a NumPy array, a picture of Pillow."""


def input_from(given: Given) -> ImageFile | TensorFile:
    """Return the input that is given.

    A ``str`` is a path. A picture is sent as PNG, which loses nothing. An array of floats is the model's own
    input; one of 8-bit integers holds pixels, (height, width) or (height, width, channels), and becomes
    floats in [0, 1] with the channels first. Raises UnusableFile, and TypeError for anything else.
    """
    if isinstance(given, ImageFile | TensorFile):
        return given
    if isinstance(given, str | Path):
        return read_input(Path(given))
    if isinstance(given, bytes):
        return input_of("the input", given)
    if _is_array(given):
        return TensorFile(_numbers(given))
    if hasattr(given, "save"):
        return ImageFile(_png(cast("Picture", given)))
    raise TypeError(f"a {type(given).__name__} is no input: give a path, bytes, an array or a picture")


def _is_array(given: Picture | npt.NDArray[Any]) -> TypeGuard[npt.NDArray[Any]]:
    return hasattr(given, "dtype") and hasattr(given, "shape")


def _png(picture: Picture) -> bytes:
    file = io.BytesIO()
    try:
        picture.save(file, "PNG")
    except (OSError, ValueError) as error:  # what Pillow raises for kinds of pixels that PNG has not
        raise UnusableFile(f"the picture cannot be written as PNG: {error}") from error
    return file.getvalue()


def _numbers(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if array.dtype.kind == "f":
        return array
    if array.dtype != "uint8" or array.ndim not in {2, 3}:
        raise UnusableFile(
            f"an array of {array.dtype} with shape {array.shape} is no input: give floats, or 8-bit pixels "
            "with shape (height, width) or (height, width, channels)"
        )
    return pixels_as_numbers(array)


def pixels_as_numbers(pixels: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return 8-bit pixels, (height, width) or (height, width, channels), as floats with channels first."""
    import numpy as np  # noqa: PLC0415 - images are submitted without it

    channels = pixels[..., None] if pixels.ndim == 2 else pixels
    return np.moveaxis(channels, -1, 0) / np.float32(255)


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
