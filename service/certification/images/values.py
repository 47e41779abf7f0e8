"""Convert pixels to a model's input: colour mode, transparency over white, order of channels, and scale."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

from registry.input_spec import InputSpec
from service.certification.images.resizing import to_size

_SIXTEEN_BIT = frozenset({"I;16", "I;16B", "I;16L", "I;16N", "I"})
STRIP_ROWS = 256
"""Rows composited at a time; a whole picture at once would be in memory five times. A choice."""


def to_mode(picture: Image.Image, mode: str, notes: list[str]) -> tuple[Image.Image, float]:
    """Convert a picture to the model's colours, L or RGB, and return the value of white.

    16-bit grey becomes mode F for every model, so that no bits are lost.
    """
    if picture.mode in _SIXTEEN_BIT:
        notes.append("16-bit grey scaled by 1/65535")
        return Image.fromarray(np.asarray(picture).astype(np.float32)), 65535.0
    if picture.has_transparency_data:
        picture = _flatten(picture, notes)
    colours = "L" if mode == "L" else "RGB"
    if picture.mode == colours:
        return picture, 255.0
    notes.append(f"mode {picture.mode} converted to {colours}")
    return picture.convert(colours), 255.0


def _flatten(picture: Image.Image, notes: list[str]) -> Image.Image:
    """Remove transparency: drop an opaque alpha channel, composite any other over white."""
    grey = picture.mode in ("LA", "La", "L", "1")
    flat, opaque = Image.new("L" if grey else "RGB", picture.size), True
    for top in range(0, picture.height, STRIP_ROWS):
        box = (0, top, picture.width, min(top + STRIP_ROWS, picture.height))
        rgba = picture.crop(box).convert("RGBA")
        if rgba.getchannel("A").getextrema() != (255, 255):
            opaque = False
            rgba = Image.alpha_composite(Image.new("RGBA", rgba.size, (255, 255, 255, 255)), rgba)
        flat.paste(rgba.getchannel("R") if grey else rgba.convert("RGB"), box)
    notes.append("opaque alpha channel dropped" if opaque else "transparency composited over white")
    return flat


def to_unit(picture: Image.Image, white: float, spec: InputSpec, notes: list[str]) -> npt.NDArray[np.float64]:
    """Bring a picture to the model's size and channels, in the model's layout, scaled to [0, 1].

    The answer has the model's shape.
    """
    picture = to_size(picture, spec, white, notes)
    unit = np.clip(np.asarray(picture, dtype=np.float64) / white, 0.0, 1.0)
    if unit.ndim == 2:
        unit = unit[:, :, np.newaxis]
    if spec.mode != "L" and unit.shape[2] == 1:
        notes.append("grey repeated in three channels")
        unit = np.repeat(unit, 3, axis=2)
    if spec.mode == "BGR":
        notes.append("channels in the order blue, green, red")
        unit = unit[:, :, ::-1]
    return unit if spec.layout == "NHWC" else np.moveaxis(unit, 2, 0)
