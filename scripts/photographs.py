"""Photographs for the models of ImageNet: those that scikit-image's package comes with."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from scripts.package_files import package_file

PHOTOS: Final = (
    "chelsea.png",
    "coffee.png",
    "motorcycle_left.png",
    "rocket.jpg",
    "astronaut.png",
    "hubble_deep_field.jpg",
)


def photographs(count: int) -> NDArray[np.uint8]:
    """Return the first photographs, shape (count, 224, 224, 3), 8-bit colours. Their classes are not known.

    ValueError if there are fewer.
    """
    if count > len(PHOTOS):
        raise ValueError(f"there are {len(PHOTOS)} photographs, {count} were asked for")
    folder = package_file("skimage", "data")
    return np.stack([_cropped(folder / name) for name in PHOTOS[:count]])


def _cropped(path: Path) -> NDArray[np.uint8]:
    """Return the middle of a photograph, its shorter side shrunk to 256 pixels first, as the model wants."""
    with Image.open(path) as image:
        scale = 256.0 / min(image.size)
        width, height = (round(scale * side) for side in image.size)
        small = np.asarray(image.convert("RGB").resize((width, height), Image.Resampling.BICUBIC))
    top, left = (height - 224) // 2, (width - 224) // 2
    return small[top : top + 224, left : left + 224]
