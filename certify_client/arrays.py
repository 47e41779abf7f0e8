"""Write arrays as ``.npy`` files, the form in which tensors are sent."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt


def npy_file(shape: Sequence[int], data: Sequence[float] | npt.NDArray[Any]) -> bytes:
    """Write numbers as a ``.npy`` file of that shape: float32 if they are, else float64.

    Raises ValueError when the numbers do not fit the shape.
    """
    import numpy as np  # noqa: PLC0415 - images are submitted without it

    array = np.asarray(data)
    kind = np.float32 if array.dtype == np.float32 else np.float64
    stream = io.BytesIO()
    np.save(stream, array.astype(kind, copy=False).reshape(tuple(shape)), allow_pickle=False)
    return stream.getvalue()
