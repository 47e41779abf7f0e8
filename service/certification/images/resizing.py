"""Bring a picture to the model's height and width: resize, then cut or pad around the centre.

The same pixels as torchvision, timm and transformers give for pictures of Pillow, which they resize with it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image

from registry.input_spec import InputSpec, ResizeRule
from service.certification.images.refusals import invalid

Size = tuple[int, int]
"""Height and width."""

_FILTERS: Final = {resampling.name.lower(): resampling for resampling in Image.Resampling}
"""Pillow's filters by the names that manifests use."""


def to_size(picture: Image.Image, spec: InputSpec, white: float, notes: list[str]) -> Image.Image:
    """Resize a picture by the model's rule, and add what was done to ``notes``.

    ``white`` is the value of white in the picture's mode, to which the border's colour is scaled.
    Raises ProblemError if the model has no rule and the size differs, or if the picture is too long.
    """
    rule, own, given = spec.resize, spec.size, (picture.height, picture.width)
    if rule is None:
        if given != own:
            message = f"is {_shown(given)} (width x height) but the model takes {_shown(own)}"
            raise invalid(f"{message} and states no resize rule")
        return picture
    size = resized_size(rule, own, given)
    if size[0] * size[1] > spec.largest_resized:
        too_long = "too long and thin for the model's resize rule: cut it first"
        raise invalid(f"is {_shown(given)} (width x height), {too_long}")
    if size != given:
        picture = _resize(picture, size, rule)
        kind = rule.filter if rule.antialias else f"{rule.filter}, not antialiased"
        notes.append(f"resized from {_shown(given)} to {_shown(size)} ({_WORDS[rule.method]}, {kind})")
    return picture if size == own else _to_centre(picture, own, rule, white, notes)


def resized_size(rule: ResizeRule, own: Size, given: Size) -> Size:
    """Return height and width of the resized picture, before it is cut or padded; at least 1 each.

    For a square, the longer side is rounded down, as torchvision's ``Resize`` does; otherwise both sides are
    rounded to the nearest, ties to even, as timm's ``ResizeKeepRatio`` does.
    """
    target = rule.target(own)
    if rule.method == "stretch":
        return target
    if rule.method == "shorter_side_center_crop" and target[0] == target[1]:
        shorter = min(given)
        height, width = (target[0] * side // shorter for side in given)
        return height, width
    ratios = given[0] / target[0], given[1] / target[1]
    ratio = max(ratios) if rule.method == "fit_with_border" else min(ratios)
    height, width = (max(1, round(side / ratio)) for side in given)
    return height, width


def _resize(picture: Image.Image, size: Size, rule: ResizeRule) -> Image.Image:
    height, width = size
    if rule.antialias:
        return picture.resize((width, height), _FILTERS[rule.filter])
    steps = (picture.width / width, 0.0, 0.0, 0.0, picture.height / height, 0.0)
    bands = [
        np.asarray(
            band.convert("F").transform(
                (width, height), Image.Transform.AFFINE, steps, Image.Resampling.BILINEAR
            )
        )
        for band in picture.split()
    ]
    if picture.mode == "F":
        return Image.fromarray(bands[0])
    return Image.merge(picture.mode, [Image.fromarray(np.rint(band).astype(np.uint8)) for band in bands])


def _to_centre(
    picture: Image.Image, own: Size, rule: ResizeRule, white: float, notes: list[str]
) -> Image.Image:
    """Cut a picture to the model's size around its centre, or put it into the middle of a border."""
    top, left = _offset(picture.height, own[0], rule), _offset(picture.width, own[1], rule)
    if top > 0 or left > 0:
        notes.append(f"cut to the middle {_shown(own)} (from row {max(top, 0)}, column {max(left, 0)})")
    if top < 0 or left < 0 or picture.height < own[0] or picture.width < own[1]:
        notes.append(f"border of colour {', '.join(map(str, rule.border))} added up to {_shown(own)}")
    flat = Image.new(picture.mode, (own[1], own[0]), _colour(picture, rule.border, white))
    flat.paste(picture, (-left, -top))
    return flat


def _offset(given: int, own: int, rule: ResizeRule) -> int:
    """Return the row or column at which the model's size begins; negative where a border is added."""
    half = (given - own) / 2
    return round(half) if half > 0 and rule.offsets == "half_even" else int(half)


def _colour(picture: Image.Image, border: tuple[int, ...], white: float) -> float | tuple[int, ...]:
    """Return the border's colour in the picture's mode; a picture of 16-bit grey has the mean of it."""
    if picture.mode == "F":
        return sum(border) / len(border) / 255.0 * white
    channels = len(picture.getbands())
    return border * channels if len(border) == 1 else border


def _shown(size: Size) -> str:
    return f"{size[1]}x{size[0]}"


_WORDS: Final = {
    "stretch": "stretch",
    "shorter_side_center_crop": "proportions kept, covers the size",
    "fit_with_border": "proportions kept, fits into the size",
}
