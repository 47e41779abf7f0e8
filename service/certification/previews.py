"""Previews: an input as the model sees it, as pictures, and noisy copies of it. Nothing is stored."""

from __future__ import annotations

import base64
import io
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydantic import Field

from registry.input_spec import MAX_ELEMENTS, InputSpec
from service.certification.certificate_resources import InputResource, Resource
from service.certification.model_inputs import Array, DecodedInput
from service.certification.requests import Body, FormWithInput, JsonWithInput, Seed

MOST_COPIES: Final = 16
"""Most noisy copies of one preview. A choice: a page shows eight."""
FAST: Final = 1
"""Compression of the pictures. A choice: noise hardly compresses, and higher levels take longer."""


class PreviewFields(Body):
    """What to show: the input, and noisy copies of it if `sigma` is given."""

    model: str = Field(min_length=1, max_length=63, description="Name of an installed model.")
    sigma: float | None = Field(
        default=None,
        gt=0,
        description="Standard deviation of the noise of the copies, in units of the model's input, within "
        "the limits of a submission. Without it there are no copies.",
    )
    seed: Seed = Field(
        default=0,
        description="The same seed gives the same noise, so that copies change smoothly with `sigma`.",
    )
    copies: int = Field(
        default=1,
        ge=1,
        le=MOST_COPIES,
        description=f"How many noisy copies; all together have at most {MAX_ELEMENTS:,} elements.",
    )


class PreviewJson(PreviewFields, JsonWithInput):
    """A preview as JSON: exactly one of `image` and `tensor`."""


class PreviewForm(PreviewFields, FormWithInput):
    """A preview as multipart form: exactly one file part, `image` or `tensor`."""


class PreviewResource(Resource):
    """An input as the model sees it. Pictures are PNG files of 8 bits in `data:` addresses."""

    model: str
    input: InputResource
    picture: str | None = Field(description="The input; null for models that take tensors.")
    copies: list[str] = Field(
        description="Noisy copies, cut to the model's scale as any picture must be; the model sees them "
        "uncut. Their noise is drawn like that of a job, but is that of no job."
    )


def preview_resource(
    model: str, spec: InputSpec, decoded: DecodedInput, fields: PreviewFields
) -> PreviewResource:
    """Draw the pictures of a decoded input. Models that take tensors have none."""
    record = decoded.record(spec)
    seen = InputResource(
        shape=list(record.shape),
        scale=record.scale,
        sha256=record.sha256,
        source=record.source,
        conversions=list(record.conversions),
    )
    if spec.kind == "tensor":
        return PreviewResource(model=model, input=seen, picture=None, copies=[])
    copies = [] if fields.sigma is None else _copies(decoded.array, spec, fields, fields.sigma)
    return PreviewResource(model=model, input=seen, picture=_picture(decoded.array, spec), copies=copies)


def _copies(array: Array, spec: InputSpec, fields: PreviewFields, sigma: float) -> list[str]:
    generator = np.random.Generator(np.random.Philox(fields.seed))
    drawn: list[str] = []
    for _ in range(fields.copies):
        noisy = generator.standard_normal(array.shape, dtype=np.float32)
        noisy *= np.float32(sigma)
        noisy += array
        drawn.append(_picture(noisy, spec))
    return drawn


def _picture(array: npt.NDArray[np.float32], spec: InputSpec) -> str:
    """Return a PNG file of an array of the model's shape, cut to the model's scale, as an address."""
    unit = (np.clip(array, spec.low, spec.high) - spec.low) / (spec.high - spec.low)
    pixels = np.rint(255 * unit).astype(np.uint8)
    if spec.layout == "NCHW":
        pixels = np.moveaxis(pixels, 0, 2)
    if spec.mode == "L":
        pixels = pixels[:, :, 0]
    elif spec.mode == "BGR":
        pixels = pixels[:, :, ::-1]
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "PNG", compress_level=FAST)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
