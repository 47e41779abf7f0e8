"""Write arrays as ``.npy`` files, the form in which tensors are sent."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy.typing as npt


def npy_file(array: npt.NDArray[Any]) -> bytes:
    """Write numbers as a ``.npy`` file in C order: float32 if they are, else float64."""
    import numpy as np  # noqa: PLC0415 - images are submitted without it

    kind = np.float32 if array.dtype == np.float32 else np.float64
    stream = io.BytesIO()
    np.save(stream, np.ascontiguousarray(array, kind), allow_pickle=False)
    return stream.getvalue()
