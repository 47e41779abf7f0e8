"""Turn picture files into a model's inputs, by the very code that the gateway uses for requests."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from importing.import_errors import ImportRefused
from registry import InputSpec
from service.certification.images import ImageRefused, decode_image

MOST_PIXELS: Final = 150_000_000
"""Pixels of a picture: the largest number that a gateway can be set to accept."""


def picture_array(path: Path, spec: InputSpec) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Return a picture as an array of ``spec.shape``, and the conversions that made it.

    Raises ImportRefused if the file cannot be read, or if the gateway would refuse it for this model.
    """
    try:
        decoded = decode_image(path.read_bytes(), spec, MOST_PIXELS)
    except OSError as error:
        raise ImportRefused(f"{path} cannot be read: {error.strerror}") from error
    except ImageRefused as refused:
        said = "; ".join(fault.message for fault in refused.errors)
        raise ImportRefused(f"{path} {said}") from refused
    return decoded.array, decoded.conversions
