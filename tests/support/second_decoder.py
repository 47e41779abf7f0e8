"""What becomes of an image file: its pixels as 8-bit values, its conversions, or the words of its refusal."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from registry.input_spec import InputSpec
from service.certification.images import decode_image
from service.certification.model_inputs import DecodedInput
from service.http.problems import ProblemError

MAX_PIXELS = 10_000


def decoded(data: bytes, height: int, width: int, mode: Literal["L", "RGB"] = "L") -> DecodedInput:
    """Decode for a model of exactly that size."""
    shape = (1 if mode == "L" else 3, height, width)
    spec = InputSpec(kind="image", shape=shape, low=0.0, high=1.0, mode=mode)
    return decode_image(data, spec, MAX_PIXELS)


def pixels(data: bytes, height: int, width: int, mode: Literal["L", "RGB"] = "L") -> NDArray[np.uint8]:
    """Return grey pixels as (height, width), coloured ones as (height, width, 3)."""
    array = np.moveaxis(decoded(data, height, width, mode).array, 0, 2) * 255
    values = np.rint(array)
    np.testing.assert_allclose(array, values, atol=1e-4)
    return (values[..., 0] if mode == "L" else values).astype(np.uint8)


def refusal(data: bytes, height: int, width: int, mode: Literal["L", "RGB"] = "L") -> str:
    """Check that a file is refused as no image, with a problem that names the field; return its words."""
    with pytest.raises(ProblemError) as raised:
        decoded(data, height, width, mode)
    assert raised.value.kind.slug == "invalid-image"
    (error,) = raised.value.errors
    assert error.field == "image"
    return error.message
