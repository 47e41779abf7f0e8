"""Convert pixels to a model's input: colour mode, transparency over white, size and scale."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from registry.manifest import InputSpec, ResizeRule
from service.certification.images.refusals import invalid

_SIXTEEN_BIT = frozenset({"I;16", "I;16B", "I;16L", "I;16N", "I"})
STRIP_ROWS = 256
"""Rows composited at a time; a whole picture at once would be in memory five times. A choice."""
_FILTERS = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
    "box": Image.Resampling.BOX,
}


def to_mode(picture: Image.Image, mode: str, notes: list[str]) -> tuple[Image.Image, float]:
    """Convert a picture to the model's colour mode, and return the value of white.

    16-bit grey becomes mode F for every model, so that no bits are lost.
    """
    if picture.mode in _SIXTEEN_BIT:
        notes.append("16-bit grey scaled by 1/65535")
        return Image.fromarray(np.asarray(picture).astype(np.float32)), 65535.0
    if picture.has_transparency_data:
        picture = _flatten(picture, notes)
    if picture.mode == mode:
        return picture, 255.0
    notes.append(f"mode {picture.mode} converted to {mode}")
    return picture.convert(mode), 255.0


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
    """Resize if the size differs, and scale to [0, 1]. The shape is (height, width) or (height, width, 3)."""
    channels, height, width = spec.shape
    if picture.size != (width, height):
        picture = _resize(picture, (width, height), spec.resize, notes)
    unit = np.clip(np.asarray(picture, dtype=np.float64) / white, 0.0, 1.0)
    if unit.ndim == 2 and channels == 3:
        notes.append("grey repeated in three channels")
        unit = np.repeat(unit[:, :, np.newaxis], 3, axis=2)
    return unit


def _resize(
    picture: Image.Image, size: tuple[int, int], rule: ResizeRule | None, notes: list[str]
) -> Image.Image:
    """Resize by the model's rule. Raises ProblemError if the model has no rule and the size differs."""
    if rule is None:
        message = (
            f"is {picture.width}x{picture.height} (width x height) but the model takes "
            f"{size[0]}x{size[1]} and states no resize rule"
        )
        raise invalid(message)
    resample = _FILTERS[rule.filter]
    was = f"{picture.width}x{picture.height}"
    if rule.method == "stretch":
        notes.append(f"resized from {was} to {size[0]}x{size[1]} (stretch, {rule.filter})")
        return picture.resize(size, resample)
    notes.append(f"resized from {was} to cover {size[0]}x{size[1]}, centre cropped ({rule.filter})")
    return ImageOps.fit(picture, size, resample)
